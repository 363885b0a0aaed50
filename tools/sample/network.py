"""The classifier of the embedded sample: a small MobileNetV2, and its ONNX graph written by hand.

The graph is built node by node and not traced, so that batch normalisations stay nodes of their own,
as a quantization toolkit meets them in practice, and so that every node and value has a readable name.
"""

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

SIDE = 48
CLASSES = 10
STEM_CHANNELS = 16
HEAD_CHANNELS = 160
# expansion, output channels, stride; one line per inverted residual block
BLOCKS = [
    (1, 8, 1),
    (6, 16, 2),
    (6, 16, 1),
    (6, 24, 2),
    (6, 24, 1),
    (6, 24, 1),
    (6, 40, 1),
    (6, 40, 1),
    (6, 56, 2),
    (6, 56, 1),
]


class Unit(nn.Sequential):
    """Convolution, batch normalisation and, unless it is a projection, ReLU6."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1, activation=True):
        conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        super().__init__()
        self.add_module("conv", conv)
        self.add_module("norm", nn.BatchNorm2d(outputs))
        if activation:
            self.add_module("relu6", nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    """Expand 1x1, depthwise 3x3, project 1x1; added to the input where the shapes allow it."""

    def __init__(self, inputs, expansion, outputs, stride):
        super().__init__()
        hidden = inputs * expansion
        self.conv = nn.Sequential()
        if expansion != 1:
            self.conv.add_module("expand", Unit(inputs, hidden, 1))
        self.conv.add_module("depthwise", Unit(hidden, hidden, 3, stride, groups=hidden))
        self.conv.add_module("project", Unit(hidden, outputs, 1, activation=False))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.conv(x)
        return x + y if self.residual else y


class SampleNet(nn.Module):
    """Stem, inverted residual blocks, 1x1 head, global average pool, linear classifier."""

    def __init__(self):
        super().__init__()
        self.stem = Unit(3, STEM_CHANNELS, 3, stride=2)
        blocks, channels = [], STEM_CHANNELS
        for expansion, outputs, stride in BLOCKS:
            blocks.append(InvertedResidual(channels, expansion, outputs, stride))
            channels = outputs
        self.features = nn.Sequential(*blocks)
        self.head = Unit(channels, HEAD_CHANNELS, 1)
        self.classifier = nn.Linear(HEAD_CHANNELS, CLASSES)

    def forward(self, x):
        y = self.head(self.features(self.stem(x)))
        return self.classifier(y.mean(dim=(2, 3)))


class GraphWriter:
    """Collects nodes and initializers; each method returns the name of the value it adds."""

    def __init__(self):
        self.nodes, self.initializers = [], []
        self.constant("relu6.min", np.array(0, np.float32))
        self.constant("relu6.max", np.array(6, np.float32))

    def constant(self, name, array):
        array = array.detach().numpy() if isinstance(array, torch.Tensor) else array
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, inputs, name, output=None, **attributes):
        output = output or name + "_out"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=name, **attributes))
        return output

    def unit(self, unit, x, name):
        conv, norm = unit.conv, unit.norm
        pad = conv.padding[0]
        weight = self.constant(f"{name}.conv.weight", conv.weight)
        x = self.node("Conv", [x, weight], f"{name}.conv", group=conv.groups,
                      kernel_shape=list(conv.kernel_size), strides=list(conv.stride),
                      dilations=[1, 1], pads=[pad] * 4)
        parameters = [
            self.constant(f"{name}.norm.scale", norm.weight),
            self.constant(f"{name}.norm.bias", norm.bias),
            self.constant(f"{name}.norm.mean", norm.running_mean),
            self.constant(f"{name}.norm.var", norm.running_var),
        ]
        x = self.node("BatchNormalization", [x] + parameters, f"{name}.norm", epsilon=norm.eps)
        if hasattr(unit, "relu6"):
            x = self.node("Clip", [x, "relu6.min", "relu6.max"], f"{name}.relu6")
        return x

    def block(self, block, x, name):
        y = x
        for part, unit in block.conv.named_children():
            y = self.unit(unit, y, f"{name}.conv.{part}")
        return self.node("Add", [x, y], f"{name}.add") if block.residual else y


def to_onnx(net):
    """The network as an ONNX model with a symbolic batch size."""
    net = net.eval().cpu()
    writer = GraphWriter()
    x = writer.unit(net.stem, "input", "stem")
    for i, block in enumerate(net.features):
        x = writer.block(block, x, f"features.{i}")
    x = writer.unit(net.head, x, "head")
    x = writer.node("GlobalAveragePool", [x], "pool")
    x = writer.node("Flatten", [x], "flatten", axis=1)
    weight = writer.constant("classifier.weight", net.classifier.weight)
    bias = writer.constant("classifier.bias", net.classifier.bias)
    writer.node("Gemm", [x, weight, bias], "classifier", output="logits", transB=1)
    graph = helper.make_graph(
        writer.nodes, "sample-mobilenet",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", CLASSES])],
        writer.initializers)
    model = helper.make_model(graph, producer_name="octavo-sample", ir_version=8,
                              opset_imports=[helper.make_opsetid("", 17)])
    onnx.checker.check_model(model, full_check=True)
    return model
