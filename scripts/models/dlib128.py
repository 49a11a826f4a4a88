"""dlib's face recognition network (ResNet-34, 128 values), from face-api's weights.

The layout follows face-api's `faceRecognitionNet`: the convolutions that halve
the picture are VALID, and where the pooled shortcut is larger than they are,
their result gets zeros at the bottom and the right; channels the shortcut lacks
are zeros. Each convolution is followed by a scale and a shift a channel, folded
into it here. It is apart because no other network is built of these blocks.
"""

from __future__ import annotations

import numpy as np

from graph import Graph, to_bytes
from tfjs import HWIO_TO_OIHW, Weights

SIDE = 150
DIMS = 128
# Name, channels out; `down` halves the picture.
BLOCKS = [
    ("conv32_1", 32), ("conv32_2", 32), ("conv32_3", 32),
    ("conv64_down", 64), ("conv64_1", 64), ("conv64_2", 64), ("conv64_3", 64),
    ("conv128_down", 128), ("conv128_1", 128), ("conv128_2", 128),
    ("conv256_down", 256), ("conv256_1", 256), ("conv256_2", 256), ("conv256_down_out", 256),
]  # fmt: skip


def build(manifest: bytes, data: bytes) -> bytes:
    """From `face_recognition_model-weights_manifest.json` and `face_recognition_model.bin`."""
    weights = Weights(manifest, data)
    graph = Graph("dlib128")
    x = graph.add("Relu", [_scaled(graph, "input", weights, "conv32_down", stride=2, pad=0)])
    x = graph.add("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2])
    # 150 → 72 by the 7 x 7 convolution → 35 by the pool.
    side, channels = ((SIDE - 7) // 2 + 1 - 3) // 2 + 1, 32
    for name, wide in BLOCKS:
        if "down" in name:
            x, side = _halve(graph, x, weights, name, side, wide - channels)
        else:
            x = _residual(graph, x, weights, name)
        channels = wide
    flat = graph.add("Flatten", [graph.add("GlobalAveragePool", [x])], axis=1)
    graph.add("MatMul", [flat, weights.node(graph, "fc", (0, 1))], "embedding")
    return to_bytes(graph.model({"input": ["batch", 3, SIDE, SIDE]}, {"embedding": ["batch", DIMS]}))


def _scaled(graph: Graph, x: str, weights: Weights, prefix: str, stride: int, pad: int) -> str:
    filters = f"{prefix}/conv/filters"
    factor = weights.value(f"{prefix}/scale/weights")
    kernel = graph.add(
        "Mul",
        [weights.node(graph, filters, HWIO_TO_OIHW), graph.constant(factor.reshape(-1, 1, 1, 1), "scale")],
    )
    bias = weights.value(f"{prefix}/conv/bias") * factor + weights.value(f"{prefix}/scale/biases")
    side = weights.shape(filters)[0]
    return graph.add(
        "Conv",
        [x, kernel, graph.constant(bias.astype(np.float32), "bias")],
        kernel_shape=[side, side],
        pads=[pad] * 4,
        strides=[stride, stride],
    )


def _residual(graph: Graph, x: str, weights: Weights, name: str) -> str:
    out = graph.add("Relu", [_scaled(graph, x, weights, f"{name}/conv1", stride=1, pad=1)])
    out = _scaled(graph, out, weights, f"{name}/conv2", stride=1, pad=1)
    return graph.add("Relu", [graph.add("Add", [out, x])])


def _halve(graph: Graph, x: str, weights: Weights, name: str, side: int, missing: int) -> tuple[str, int]:
    out = graph.add("Relu", [_scaled(graph, x, weights, f"{name}/conv1", stride=2, pad=0)])
    out = _scaled(graph, out, weights, f"{name}/conv2", stride=1, pad=1)
    pooled = graph.add("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])
    pooled_side, out_side = side // 2, (side - 3) // 2 + 1
    if pooled_side != out_side:
        short = pooled_side - out_side
        out = graph.add("Pad", [out, graph.constant(np.array([0, 0, 0, 0, 0, 0, short, short], np.int64), "pads")])
    if missing:
        pooled = graph.add("Pad", [pooled, graph.constant(np.array([0, 0, 0, 0, 0, missing, 0, 0], np.int64), "pads")])
    return graph.add("Relu", [graph.add("Add", [pooled, out])]), pooled_side
