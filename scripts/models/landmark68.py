"""face-api's 68-point landmark network: four dense blocks, one linear layer.

The layout follows face-api's `faceFeatureExtractor/denseBlock`. It is apart
from the other face-api networks because only this one is built of dense blocks.
"""

from __future__ import annotations

from graph import Graph, same_pads, to_bytes
from tfjs import Weights, convolution, dense, separable

SIDE = 112


def build(manifest: bytes, data: bytes) -> bytes:
    """From `face_landmark_68_model-weights_manifest.json` and `face_landmark_68_model.bin`."""
    weights = Weights(manifest, data)
    graph = Graph("landmark68")
    x, side = "input", SIDE
    for block in range(4):
        x, side = _dense_block(graph, x, weights, f"dense{block}", side, plain=block == 0)
    x = graph.add("AveragePool", [x], kernel_shape=[7, 7], strides=[2, 2])
    dense(graph, graph.add("Flatten", [x], axis=1), weights, "fc", "landmarks")
    return to_bytes(graph.model({"input": ["batch", 3, SIDE, SIDE]}, {"landmarks": ["batch", 136]}))


def _dense_block(graph: Graph, x: str, weights: Weights, name: str, side: int, plain: bool) -> tuple[str, int]:
    before, after, half = same_pads(side, 3, 2)
    first = convolution if plain else separable
    out1 = graph.add("Relu", [first(graph, x, weights, f"{name}/conv0", 2, (before, after))])
    out2 = separable(graph, out1, weights, f"{name}/conv1", 1, (1, 1))
    in3 = graph.add("Relu", [graph.add("Add", [out1, out2])])
    out3 = separable(graph, in3, weights, f"{name}/conv2", 1, (1, 1))
    in4 = graph.add("Relu", [graph.add("Add", [out1, graph.add("Add", [out2, out3])])])
    out4 = separable(graph, in4, weights, f"{name}/conv3", 1, (1, 1))
    rest = graph.add("Add", [out2, graph.add("Add", [out3, out4])])
    return graph.add("Relu", [graph.add("Add", [out1, rest])]), half
