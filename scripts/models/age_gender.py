"""face-api's age and gender network: a small Xception with two heads.

The layout follows face-api's `xception/TinyXception` and `ageGenderNet`. It is
apart from the other face-api networks because only this one is an Xception.
"""

from __future__ import annotations

from graph import Graph, same_pads, to_bytes
from tfjs import Weights, convolution, dense, separable

SIDE = 112


def build(manifest: bytes, data: bytes) -> bytes:
    """From `age_gender_model-weights_manifest.json` and `age_gender_model.bin`."""
    weights = Weights(manifest, data)
    graph = Graph("age-gender")
    before, after, side = same_pads(SIDE, 3, 2)
    x = graph.add("Relu", [convolution(graph, "input", weights, "entry_flow/conv_in", 2, (before, after))])
    x, side = _reduce(graph, x, weights, "entry_flow/reduction_block_0", side, activate=False)
    x, side = _reduce(graph, x, weights, "entry_flow/reduction_block_1", side, activate=True)
    for block in range(2):
        x = _main(graph, x, weights, f"middle_flow/main_block_{block}")
    x, side = _reduce(graph, x, weights, "exit_flow/reduction_block", side, activate=True)
    x = graph.add("Relu", [separable(graph, x, weights, "exit_flow/separable_conv", 1, (1, 1))])
    pooled = graph.add("AveragePool", [x], kernel_shape=[7, 7], strides=[2, 2])
    features = graph.add("Flatten", [pooled], axis=1)
    dense(graph, features, weights, "fc/age", "age")
    graph.add("Softmax", [dense(graph, features, weights, "fc/gender")], "gender", axis=1)
    outputs = {"age": ["batch", 1], "gender": ["batch", 2]}
    return to_bytes(graph.model({"input": ["batch", 3, SIDE, SIDE]}, outputs))


def _reduce(graph: Graph, x: str, weights: Weights, name: str, side: int, activate: bool) -> tuple[str, int]:
    out = graph.add("Relu", [x]) if activate else x
    out = separable(graph, out, weights, f"{name}/separable_conv0", 1, (1, 1))
    out = separable(graph, graph.add("Relu", [out]), weights, f"{name}/separable_conv1", 1, (1, 1))
    before, after, half = same_pads(side, 3, 2)
    out = graph.add("MaxPool", [out], kernel_shape=[3, 3], strides=[2, 2], pads=[before, before, after, after])
    shortcut = convolution(graph, x, weights, f"{name}/expansion_conv", 2, same_pads(side, 1, 2)[:2])
    return graph.add("Add", [out, shortcut]), half


def _main(graph: Graph, x: str, weights: Weights, name: str) -> str:
    out = x
    for layer in range(3):
        out = separable(graph, graph.add("Relu", [out]), weights, f"{name}/separable_conv{layer}", 1, (1, 1))
    return graph.add("Add", [out, x])
