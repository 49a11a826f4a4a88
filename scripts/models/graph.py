"""A small writer of ONNX graphs, shared by the builders of single models.

It is apart so that the three things every file must have are said once: the
same bytes on every build (no dates, no paths, no producer's version), weights
stored small and widened at load, and TensorFlow's rule for SAME padding. It
must not know any model.

Weights are stored as f16 or u8 initialisers followed by Cast (and Mul, Add).
ONNX Runtime folds these when it loads the file, so the network computes in f32
and the storage form costs no time.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8


class Graph:
    """Collects nodes and weights; `model` turns them into a checked ONNX model."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._count = 0

    def fresh(self, stem: str) -> str:
        """A value name not used before."""
        self._count += 1
        return f"{stem}_{self._count}"

    def add(self, op: str, inputs: list[str], output: str | None = None, **attributes: object) -> str:
        """One node with one output; returns the output's name."""
        output = output or self.fresh(op.lower())
        self.nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def constant(self, values: np.ndarray, stem: str = "const") -> str:
        """A weight stored as it is."""
        name = self.fresh(stem)
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def half(self, values: np.ndarray, stem: str = "weight") -> str:
        """An f32 weight stored as f16; refuses values f16 cannot hold."""
        stored = values.astype(np.float16)
        if not np.all(np.isfinite(stored)):
            raise ValueError(f"{self.name}: a weight is too large for half precision")
        return self.add("Cast", [self.constant(stored, stem)], to=TensorProto.FLOAT)

    def quantised(self, values: np.ndarray, scale: float, minimum: float, stem: str = "weight") -> str:
        """A u8 weight meaning `value · scale + minimum`, stored as bytes."""
        if values.dtype != np.uint8:
            raise ValueError(f"{self.name}: expected bytes, found {values.dtype}")
        wide = self.add("Cast", [self.constant(values, stem)], to=TensorProto.FLOAT)
        scaled = self.add("Mul", [wide, self.constant(np.float32(scale).reshape(()), "scale")])
        return self.add("Add", [scaled, self.constant(np.float32(minimum).reshape(()), "min")])

    def model(self, inputs: dict[str, list], outputs: dict[str, list]) -> onnx.ModelProto:
        """The finished model; a shape holds numbers, or words for free dimensions."""
        values = [
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in side.items()]
            for side in (inputs, outputs)
        ]
        graph = helper.make_graph(self.nodes, self.name, values[0], values[1], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = IR_VERSION
        return finish(model)


def finish(model: onnx.ModelProto) -> onnx.ModelProto:
    """Takes out everything that is not the network, then checks the model."""
    model.producer_name = "faceweave"
    model.producer_version = ""
    model.domain = ""
    model.doc_string = ""
    model.graph.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
    del model.metadata_props[:]
    onnx.checker.check_model(model, full_check=True)
    return model


def to_bytes(model: onnx.ModelProto) -> bytes:
    """Serialises in one fixed order."""
    return model.SerializeToString(deterministic=True)


def same_pads(size: int, kernel: int, stride: int) -> tuple[int, int, int]:
    """TensorFlow's SAME padding along one axis: `(before, after, output size)`; the odd pixel goes after."""
    output = -(-size // stride)
    total = max((output - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2, output
