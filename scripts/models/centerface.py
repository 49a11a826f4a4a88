"""CenterFace: the detector's file, freed of its fixed shape.

The published file is saved for 10 pictures of 32 x 32 and lists every weight
among its inputs, which forbids ONNX Runtime to fold them. Both are undone here.
The backbone's last convolution (960 to 320 channels) is followed by another
(320 to 24) with nothing between: the two are one linear map, written as one,
which saves about 5 % of the time. It is apart because this is the one model
that comes as ONNX already.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import numpy_helper

from graph import finish, to_bytes

INPUT = "input.1"
OUTPUTS = {"537": 1, "538": 2, "539": 2, "540": 10}


def build(source: bytes) -> bytes:
    """`source`: the published `centerface.onnx`."""
    model = onnx.load_from_string(source)
    graph = model.graph
    _merge_pointwise(graph)

    used = {name for node in graph.node for name in node.input}
    weights = [weight for weight in graph.initializer if weight.name in used]
    del graph.initializer[:]
    graph.initializer.extend(weights)

    inputs = [value for value in graph.input if value.name == INPUT]
    del graph.input[:]
    graph.input.extend(inputs)
    del graph.value_info[:]

    _free(graph.input[0], ["batch", 3, "height", "width"])
    for output in graph.output:
        _free(output, ["batch", OUTPUTS[output.name], "rows", "columns"])
    return to_bytes(finish(model))


def _free(value: onnx.ValueInfoProto, shape: list) -> None:
    for dimension, wanted in zip(value.type.tensor_type.shape.dim, shape, strict=True):
        if isinstance(wanted, str):
            dimension.dim_param = wanted
        elif dimension.dim_value != wanted:
            raise ValueError(f"{value.name}: expected {shape}, found {dimension.dim_value} where {wanted} was expected")


def _merge_pointwise(graph: onnx.GraphProto) -> None:
    """Turns the pair of 1 x 1 convolutions with nothing between into one; expects one pair where that saves work."""
    readers: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    weights = {weight.name: weight for weight in graph.initializer}
    pairs = [
        (first, readers[first.output[0]][0])
        for first in graph.node
        if _is_pointwise(first)
        and [_is_pointwise(node) for node in readers.get(first.output[0], [])] == [True]
        and _saves(weights[first.input[1]].dims, weights[readers[first.output[0]][0].input[1]].dims)
    ]
    if len(pairs) != 1:
        raise ValueError(f"centerface: expected one pair of convolutions to merge, found {len(pairs)}")
    first, second = pairs[0]
    inner, inner_bias, outer, outer_bias = (
        numpy_helper.to_array(weights[name]).astype(np.float64) for node in (first, second) for name in node.input[1:]
    )
    # In f64 by einsum, not by a BLAS product: the order of summation must not depend on the machine.
    kernel = np.einsum("om,mi->oi", outer[:, :, 0, 0], inner[:, :, 0, 0], optimize=False)
    bias = outer_bias + np.einsum("om,m->o", outer[:, :, 0, 0], inner_bias, optimize=False)
    for name, values in ((second.input[1], kernel[:, :, None, None]), (second.input[2], bias)):
        weights[name].CopyFrom(numpy_helper.from_array(values.astype(np.float32), name))
    second.input[0] = first.input[0]
    graph.node.remove(first)


def _is_pointwise(node: onnx.NodeProto) -> bool:
    if node.op_type != "Conv":
        return False
    attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
    return attributes["kernel_shape"] == [1, 1] and attributes["group"] == 1 and attributes["strides"] == [1, 1]


def _saves(inner: list[int], outer: list[int]) -> bool:
    """Whether one convolution costs less than the two (shapes: out, in, 1, 1)."""
    return outer[0] * inner[1] < inner[0] * inner[1] + outer[0] * outer[1]
