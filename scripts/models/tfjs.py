"""The weights of @vladmandic/face-api: one file of numbers and a list of what they are.

The list (`*-weights_manifest.json`) names the tensors in order, with shape,
dtype and, for most, quantisation: value = byte · scale + min. Kernels are
height x width x in x out; here they become ONNX's order. It is apart because
three models are stored this way.
"""

from __future__ import annotations

import json
import math

import numpy as np

from graph import Graph

# face-api subtracts these (RGB) and divides by 255, for all its face networks.
MEAN_RGB = (122.782, 117.001, 104.298)


class Weights:
    """All tensors of one model, by name."""

    def __init__(self, manifest: bytes, data: bytes) -> None:
        self.entries: dict[str, tuple[np.ndarray, float | None, float]] = {}
        at = 0
        for group in json.loads(manifest):
            for entry in group["weights"]:
                count = math.prod(entry["shape"])
                quantisation = entry.get("quantization")
                if entry["dtype"] != "float32" or (quantisation and quantisation["dtype"] != "uint8"):
                    raise ValueError(f"{entry['name']}: expected float32, plain or as bytes")
                kind = np.dtype(np.uint8 if quantisation else "<f4")
                values = np.frombuffer(data, kind, count, at).reshape(entry["shape"])
                at += count * kind.itemsize
                scale, minimum = (quantisation["scale"], quantisation["min"]) if quantisation else (None, 0.0)
                self.entries[entry["name"]] = (values, scale, minimum)
        if at != len(data):
            raise ValueError(f"weights: the list describes {at} bytes, the file has {len(data)}")

    def value(self, name: str) -> np.ndarray:
        """The numbers themselves, f32."""
        values, scale, minimum = self.entries[name]
        if scale is None:
            return values
        return (values.astype(np.float64) * scale + minimum).astype(np.float32)

    def node(self, graph: Graph, name: str, axes: tuple[int, ...]) -> str:
        """The tensor as a value of the graph, its axes reordered, stored as the package stores it."""
        values, scale, minimum = self.entries[name]
        values = np.ascontiguousarray(values.transpose(axes))
        return graph.constant(values) if scale is None else graph.quantised(values, scale, minimum)

    def shape(self, name: str) -> tuple[int, ...]:
        return self.entries[name][0].shape


HWIO_TO_OIHW = (3, 2, 0, 1)
# Depthwise kernels are height x width x channel x 1.
HWC1_TO_C1HW = (2, 3, 0, 1)


def convolution(graph: Graph, x: str, weights: Weights, prefix: str, stride: int, pads: tuple[int, int]) -> str:
    """`prefix/filters` and `prefix/bias`; pads before and after, the same on both axes."""
    kernel = weights.node(graph, f"{prefix}/filters", HWIO_TO_OIHW)
    side = weights.shape(f"{prefix}/filters")[0]
    return graph.add(
        "Conv",
        [x, kernel, graph.constant(weights.value(f"{prefix}/bias"), "bias")],
        kernel_shape=[side, side],
        pads=[pads[0], pads[0], pads[1], pads[1]],
        strides=[stride, stride],
    )


def separable(graph: Graph, x: str, weights: Weights, prefix: str, stride: int, pads: tuple[int, int]) -> str:
    """A depthwise convolution without bias, then a pointwise one with."""
    name = f"{prefix}/depthwise_filter"
    side, _, channels, _ = weights.shape(name)
    deep = graph.add(
        "Conv",
        [x, weights.node(graph, name, HWC1_TO_C1HW)],
        group=channels,
        kernel_shape=[side, side],
        pads=[pads[0], pads[0], pads[1], pads[1]],
        strides=[stride, stride],
    )
    return graph.add(
        "Conv",
        [
            deep,
            weights.node(graph, f"{prefix}/pointwise_filter", HWIO_TO_OIHW),
            graph.constant(weights.value(f"{prefix}/bias"), "bias"),
        ],
        kernel_shape=[1, 1],
        pads=[0, 0, 0, 0],
        strides=[1, 1],
    )


def dense(graph: Graph, x: str, weights: Weights, prefix: str, output: str | None = None) -> str:
    """A fully connected layer on `[batch, features]`."""
    product = graph.add("MatMul", [x, weights.node(graph, f"{prefix}/weights", (0, 1))])
    return graph.add("Add", [product, graph.constant(weights.value(f"{prefix}/bias"), "bias")], output)
