"""MobileFaceNet: from the TFLite graph to ONNX, with a PReLU that runs fast.

The TFLite file spells each PReLU as Relu, Abs, Sub, Mul and Add. ONNX Runtime's
own PRelu takes more than half of the network's time and breaks its blocked
memory layout. Here PReLU(x) = Relu(x) + D2(Relu(D1(x))), where D1 and D2 are
depthwise 1 x 1 convolutions with weights -|a| and -sign(a): the same values, in
operations that fuse. It is apart because only this model comes as TFLite.
"""

from __future__ import annotations

import numpy as np
import tflite

from graph import Graph, same_pads, to_bytes

SIDE = 112
DIMS = 192
SAME, VALID = 0, 1


def build(source: bytes) -> bytes:
    """`source`: the published `MobileFaceNet.tflite` (f32, NHWC, batch fixed at 2)."""
    return to_bytes(_Converter(source).model())


class _Converter:
    def __init__(self, source: bytes) -> None:
        self.file = tflite.Model.GetRootAs(source, 0)
        self.net = self.file.Subgraphs(0)
        self.graph = Graph("mobilefacenet")
        self.names: dict[int, str] = {}
        self.codes = {value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)}

    def model(self):
        self.names[int(self.net.Inputs(0))] = "input"
        operators = [self.net.Operators(index) for index in range(self.net.OperatorsLength())]
        kinds = [self._kind(operator) for operator in operators]
        at = 0
        while at < len(operators):
            if kinds[at : at + 5] == ["RELU", "ABS", "SUB", "MUL", "ADD"]:
                self._prelu(operators[at : at + 5])
                at += 5
                continue
            self._single(kinds[at], operators[at])
            at += 1
        flat = self.names[int(self.net.Outputs(0))]
        self.graph.nodes[-1].output[0] = "embedding"
        assert self.graph.nodes[-1].op_type == "Flatten" and flat.startswith("flatten")
        return self.graph.model({"input": ["batch", 3, SIDE, SIDE]}, {"embedding": ["batch", DIMS]})

    def _kind(self, operator) -> str:
        code = self.file.OperatorCodes(operator.OpcodeIndex())
        return self.codes[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]

    def _weight(self, index: int) -> np.ndarray:
        tensor = self.net.Tensors(index)
        if tensor.Type() != tflite.TensorType.FLOAT32:
            raise ValueError(f"mobilefacenet: tensor {index} is not f32")
        raw = self.file.Buffers(tensor.Buffer()).DataAsNumpy()
        return raw.view(np.float32).reshape(tensor.ShapeAsNumpy())

    def _side(self, index: int) -> int:
        shape = self.net.Tensors(index).ShapeAsNumpy()
        if shape[1] != shape[2]:
            raise ValueError(f"mobilefacenet: tensor {index} is not square: {shape}")
        return int(shape[1])

    def _single(self, kind: str, operator) -> None:
        inputs, output = [int(i) for i in operator.InputsAsNumpy()], int(operator.Outputs(0))
        if kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            self.names[output] = self._convolution(kind, operator, inputs)
        elif kind == "ADD":
            self.names[output] = self.graph.add("Add", [self.names[i] for i in inputs])
        elif kind == "RESHAPE":
            self.names[output] = self.graph.add("Flatten", [self.names[inputs[0]]], axis=1)
        else:
            raise ValueError(f"mobilefacenet: unexpected operation {kind}")

    def _convolution(self, kind: str, operator, inputs: list[int]) -> str:
        depthwise = kind == "DEPTHWISE_CONV_2D"
        options = tflite.DepthwiseConv2DOptions() if depthwise else tflite.Conv2DOptions()
        table = operator.BuiltinOptions()
        options.Init(table.Bytes, table.Pos)
        if options.FusedActivationFunction() != 0 or options.DilationHFactor() != 1 or options.DilationWFactor() != 1:
            raise ValueError("mobilefacenet: a fused activation or a dilation was not expected")

        kernel = self._weight(inputs[1])
        # TFLite: out x h x w x in, depthwise 1 x h x w x out. ONNX: out x in x h x w, depthwise out x 1 x h x w.
        kernel = kernel.transpose(3, 0, 1, 2) if depthwise else kernel.transpose(0, 3, 1, 2)
        stride = options.StrideH()
        before, after = 0, 0
        if options.Padding() == SAME:
            before, after, _ = same_pads(self._side(inputs[0]), kernel.shape[2], stride)
        return self.graph.add(
            "Conv",
            [self.names[inputs[0]], self.graph.half(kernel), self.graph.constant(self._weight(inputs[2]), "bias")],
            group=kernel.shape[0] if depthwise else 1,
            kernel_shape=list(kernel.shape[2:]),
            pads=[before, before, after, after],
            strides=[stride, stride],
        )

    def _prelu(self, operators: list) -> None:
        relu, absolute, subtract, multiply, add = [
            ([int(i) for i in operator.InputsAsNumpy()], int(operator.Outputs(0))) for operator in operators
        ]
        source = relu[0][0]
        # half · (x - |x|) is slope · x for x < 0, with slope = 2 · half.
        if (
            absolute[0] != [source]
            or subtract[0] != [source, absolute[1]]
            or multiply[0][1] != subtract[1]
            or add[0] != [relu[1], multiply[1]]
        ):
            raise ValueError("mobilefacenet: a PReLU is not spelled as expected")
        slope = 2 * self._weight(multiply[0][0])
        x = self.names[source]
        positive = self.graph.add("Relu", [x])
        negative = self.graph.add("Relu", [self._scale(x, -np.abs(slope))])
        self.names[add[1]] = self.graph.add("Add", [positive, self._scale(negative, -np.sign(slope))])

    def _scale(self, x: str, factors: np.ndarray) -> str:
        weight = self.graph.constant(factors.astype(np.float32).reshape(-1, 1, 1, 1), "slope")
        return self.graph.add(
            "Conv", [x, weight], group=len(factors), kernel_shape=[1, 1], pads=[0, 0, 0, 0], strides=[1, 1]
        )
