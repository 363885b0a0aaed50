#!/usr/bin/env python3
"""Rewrite trained networks into forms that quantizers meet elsewhere, without changing what they compute in float.

    venv/bin/pip install onnx onnxruntime numpy
    venv/bin/python octavo-bench/foreign/generate.py --data $OCTAVO_DATA --out FOLDER [--only NAME]

Every network is run before and after on random pictures; the largest difference, relative to the largest output, is printed
with it. FORMS below says which rewrites make which network.
"""
import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

ACTIVATIONS = ("Relu", "PRelu", "LeakyRelu")
SHAPE_ONLY = ("MaxPool", "AveragePool", "Identity")


class Net:
    """An ONNX graph with the few look-ups that the rewrites need."""

    def __init__(self, model, seed):
        self.model, self.g = model, model.graph
        self.random = np.random.default_rng(seed)
        self.serial = 0
        inferred = onnx.shape_inference.infer_shapes(model).graph
        self.shape = {v.name: [d.dim_value or -1 for d in v.type.tensor_type.shape.dim]
                      for v in [*inferred.value_info, *inferred.input, *inferred.output]}

    def array(self, name):
        return next((numpy_helper.to_array(t).copy() for t in self.g.initializer if t.name == name), None)

    def set(self, name, array):
        old = next((t for t in self.g.initializer if t.name == name), None)
        new = numpy_helper.from_array(np.ascontiguousarray(array), name)
        if old is None:
            self.g.initializer.append(new)
        else:
            old.CopyFrom(new)
        return name

    def new(self, stem):
        self.serial += 1
        return f"{stem}.{self.serial}"

    def constant(self, stem, array):
        return self.set(self.new(stem), array)

    def readers(self, value):
        return [n for n in self.g.node if value in n.input]

    def producer(self, value):
        return next((n for n in self.g.node if value in n.output), None)

    def is_output(self, value):
        return any(o.name == value for o in self.g.output)

    def of(self, *types):
        return [n for n in self.g.node if n.op_type in types]

    def after(self, value, *nodes):
        """Puts nodes behind a value; whoever read it reads the last node's first output."""
        at = next((i for i, n in enumerate(self.g.node) if value in n.output), -1) + 1
        for n in self.readers(value):
            for i, name in enumerate(n.input):
                if name == value:
                    n.input[i] = nodes[-1].output[0]
        for k, n in enumerate(nodes):
            self.g.node.insert(at + k, n)

    def channels(self, value):
        return self.shape[value][1]


def attribute(node, name, default=None):
    return next((helper.get_attribute_value(a) for a in node.attribute if a.name == name), default)


def tails(net):
    """Values behind activations, and behind what alone reads those."""
    for n in [n for n in net.g.node if n.op_type in ACTIVATIONS]:
        readers = net.readers(n.output[0])
        yield readers[0].output[0] if len(readers) == 1 and readers[0].op_type == "BatchNormalization" else n.output[0]


def groups(conv):
    return attribute(conv, "group", 1)


def is_depthwise(net, conv):
    return groups(conv) > 1 and net.array(conv.input[1]).shape[1] == 1


def pointwise(net, node):
    return node.op_type == "Conv" and all(k == 1 for k in net.array(node.input[1]).shape[2:]) and groups(node) == 1


def dense_readers(net, value):
    """Convolutions of one group that alone read a value; None if others read it."""
    readers = net.readers(value)
    fits = readers and not net.is_output(value) and all(n.op_type == "Conv" and groups(n) == 1 for n in readers)
    return readers if fits else None


def scale_outputs(net, conv, s):
    """Multiplies the outputs of a convolution, through the batch normalisation that alone may read it."""
    norm = [n for n in net.readers(conv.output[0]) if n.op_type == "BatchNormalization"]
    if norm:
        net.set(norm[0].input[1], net.array(norm[0].input[1]) * s)
        net.set(norm[0].input[2], net.array(norm[0].input[2]) * s)
        return norm[0].output[0]
    w = net.array(conv.input[1])
    net.set(conv.input[1], w * s.reshape(-1, *[1] * (w.ndim - 1)))
    if len(conv.input) > 2:
        net.set(conv.input[2], net.array(conv.input[2]) * s)
    return conv.output[0]


def powers(net, n, most):
    return (2.0 ** net.random.uniform(-most, most, n)).astype(np.float32)


def chain(net, value):
    """What a value becomes through activations that each alone read it."""
    while not net.is_output(value):
        readers = net.readers(value)
        if len(readers) != 1 or readers[0].op_type not in (*ACTIVATIONS, "MaxPool"):
            break
        value = readers[0].output[0]
    return value


def scale_channels(net, most=6.0):
    """A factor of 2^±most for every channel between two convolutions."""
    count = 0
    for conv in net.of("Conv"):
        readers = net.readers(conv.output[0])
        start = conv.output[0]
        if len(readers) == 1 and readers[0].op_type == "BatchNormalization":
            start = readers[0].output[0]
        end = chain(net, start)
        nexts = net.readers(end)
        if net.is_output(end) or not nexts or not all(n.op_type == "Conv" for n in nexts):
            continue
        if not all(groups(n) == 1 or is_depthwise(net, n) for n in nexts):
            continue
        s = powers(net, net.array(conv.input[1]).shape[0], most)
        scale_outputs(net, conv, s)
        for n in nexts:
            w = net.array(n.input[1])
            net.set(n.input[1], w / (s.reshape(-1, 1, 1, 1) if is_depthwise(net, n) else s.reshape(1, -1, 1, 1)))
        count += 1
    return f"{count} values"


def scale_bus(net, most=6.0):
    """A factor of 2^±most for every channel of every residual stream."""
    parent = {}

    def find(v):
        while parent.setdefault(v, v) != v:
            v = parent[v]
        return v

    for n in net.g.node:
        if n.op_type in ("Add", *ACTIVATIONS):
            for i in n.input:
                if net.array(i) is None and i in net.shape:
                    parent[find(i)] = find(n.output[0])
    streams = {}
    for v in list(parent):
        streams.setdefault(find(v), []).append(v)
    count = 0
    for values in streams.values():
        if not any(p is not None and p.op_type == "Add" for p in map(net.producer, values)):
            continue
        makers = [p for v in values for p in [net.producer(v)] if p is None or p.op_type not in ("Add", *ACTIVATIONS)]
        users = [n for v in values for n in net.readers(v) if n.op_type not in ("Add", *ACTIVATIONS)]
        if any(p is None or p.op_type not in ("Conv", "BatchNormalization") for p in makers):
            continue
        if any(n.op_type != "Conv" or not (groups(n) == 1 or is_depthwise(net, n)) for n in users):
            continue
        if any(net.is_output(v) for v in values):
            continue
        s = powers(net, net.channels(values[0]), most)
        for p in makers:
            scale_outputs(net, p if p.op_type == "Conv" else net.producer(p.input[0]), s)
        for n in users:
            w = net.array(n.input[1])
            net.set(n.input[1], w / (s.reshape(-1, 1, 1, 1) if is_depthwise(net, n) else s.reshape(1, -1, 1, 1)))
        count += 1
    return f"{count} streams"


def relu_to_prelu(net):
    """PRelu whose slopes are 0, one per channel."""
    for n in net.of("Relu"):
        slope = np.zeros((net.channels(n.output[0]), 1, 1), np.float32)
        n.op_type = "PRelu"
        n.input.append(net.constant(n.name + ".slope", slope))


def limits_to_relu(net):
    """Relu in place of Clip(0, 6): changes what is computed a little, so it comes first."""
    for n in net.of("Clip"):
        n.op_type = "Relu"
        del n.input[1:]


def norm_behind_activation(net):
    """A batch normalisation behind the activation, undone by the weights that read it; a shift only where nothing pads."""
    count = 0
    for n in [n for n in net.g.node if n.op_type in ACTIVATIONS]:
        readers = dense_readers(net, n.output[0])
        if not readers:
            continue
        c = net.channels(n.output[0])
        gamma, mean, var = powers(net, c, 2), net.random.uniform(0, 1, c).astype(np.float32), powers(net, c, 4)
        pads = any(any(attribute(r, "pads", [])) or attribute(r, "auto_pad", b"NOTSET") != b"NOTSET" for r in readers)
        factor = gamma / np.sqrt(var + 1e-5)
        beta = mean * factor if pads else net.random.normal(0, 1, c).astype(np.float32)
        shift = beta - mean * factor
        out = net.new(n.output[0] + ".bn")
        names = [net.constant(out, a.astype(np.float32)) for a in (gamma, beta, mean, var)]
        net.after(n.output[0], helper.make_node("BatchNormalization", [n.output[0], *names], [out], out, epsilon=1e-5))
        net.shape[out] = net.shape[n.output[0]]
        for r in readers:
            w = net.array(r.input[1]).astype(np.float64) / factor.reshape(1, -1, 1, 1)
            taken = (w.sum((2, 3)) @ shift).astype(np.float32)
            net.set(r.input[1], w.astype(np.float32))
            if len(r.input) > 2:
                net.set(r.input[2], net.array(r.input[2]) - taken)
            else:
                r.input.append(net.constant(r.name + ".bias", -taken))
        count += 1
    return f"{count} normalisations"


def channel_shuffle(net):
    """Reshape, Transpose, Reshape behind activations, undone by the order of the weights that read them."""
    count = 0
    for value in list(tails(net)):
        readers = dense_readers(net, value)
        _, c, h, w = net.shape[value]
        g = next((g for g in (4, 3, 2) if c % g == 0), None)
        if not readers or not g or h < 0:
            continue
        apart, turned, out = (net.new(value + s) for s in (".apart", ".turned", ".shuffled"))
        net.after(value,
                  helper.make_node("Reshape", [value, net.constant("shape", np.array([0, g, c // g, h, w]))], [apart], apart),
                  helper.make_node("Transpose", [apart], [turned], turned, perm=[0, 2, 1, 3, 4]),
                  helper.make_node("Reshape", [turned, net.constant("shape", np.array([0, c, h, w]))], [out], out))
        net.shape[out] = net.shape[value]
        order = np.arange(c).reshape(g, c // g).T.ravel()
        for r in readers:
            net.set(r.input[1], net.array(r.input[1])[:, order])
        count += 1
    return f"{count} shuffles"


def split_and_join(net):
    """Channels taken apart by Split or Slice and joined in another order."""
    count = 0
    for value in list(tails(net)):
        readers = dense_readers(net, value)
        c = net.channels(value)
        if not readers or c < 4:
            continue
        k = c // 3
        a, b, out = (net.new(value + s) for s in (".a", ".b", ".joined"))
        if count % 2:
            cut = [helper.make_node("Split", [value, net.constant("split", np.array([k, c - k]))], [a, b], a, axis=1)]
        else:
            cut = [helper.make_node("Slice", [value, *(net.constant("at", np.array([x])) for x in at)], [o], o)
                   for o, at in ((a, (0, k, 1, 1)), (b, (k, c, 1, 1)))]
        net.after(value, *cut, helper.make_node("Concat", [b, a], [out], out, axis=1))
        net.shape[out] = net.shape[value]
        order = [*range(k, c), *range(k)]
        for r in readers:
            net.set(r.input[1], net.array(r.input[1])[:, order])
        count += 1
    return f"{count} values"


def depthwise_as_blocks(net, block=4):
    """Depthwise convolutions as grouped ones with zeros beside the diagonal."""
    count = 0
    for n in net.of("Conv"):
        w = net.array(n.input[1])
        if not is_depthwise(net, n) or w.shape[0] != groups(n) or w.shape[0] % block:
            continue
        wide = np.zeros((w.shape[0], block, *w.shape[2:]), np.float32)
        wide[np.arange(w.shape[0]), np.arange(w.shape[0]) % block] = w[:, 0]
        net.set(n.input[1], wide)
        next(a for a in n.attribute if a.name == "group").i = w.shape[0] // block
        count += 1
    return f"{count} convolutions"


def pool_as_product(net):
    """GlobalAveragePool as a product with a constant column of 1/N."""
    for n in net.of("GlobalAveragePool"):
        _, c, h, w = net.shape[n.input[0]]
        flat, mean = net.new(n.output[0] + ".flat"), net.new(n.output[0] + ".mean")
        at = list(net.g.node).index(n)
        column = net.constant("column", np.full((h * w, 1), 1 / (h * w), np.float32))
        made = [helper.make_node("Reshape", [n.input[0], net.constant("shape", np.array([0, c, h * w]))], [flat], flat),
                helper.make_node("MatMul", [flat, column], [mean], mean),
                helper.make_node("Reshape", [mean, net.constant("shape", np.array([0, c, 1, 1]))], [n.output[0]], n.name)]
        net.g.node.remove(n)
        for k, m in enumerate(made):
            net.g.node.insert(at + k, m)


def dead_channels(net, share=0.1, size=30.0):
    """Channels that are never above 0 before their Relu (some with weights of zeros), read by large weights."""
    count = 0
    for n in net.of("Relu"):
        readers = dense_readers(net, n.output[0])
        norm = net.producer(n.input[0])
        conv = net.producer(norm.input[0]) if norm is not None and norm.op_type == "BatchNormalization" else norm
        if not readers or conv is None or conv.op_type != "Conv" or groups(conv) != 1:
            continue
        if any(len(net.readers(v)) != 1 for v in {conv.output[0], norm.output[0]}):
            continue
        c = net.channels(n.output[0])
        extra = max(2, int(c * share))
        w = net.array(conv.input[1])
        more = net.random.normal(0, np.abs(w).std(), (extra, *w.shape[1:])).astype(np.float32)
        more[::2] = 0
        net.set(conv.input[1], np.concatenate([w, more]))
        low = np.full(extra, -100 * np.abs(w).reshape(c, -1).sum(1).max(), np.float32)
        if norm is not conv:
            if len(conv.input) > 2:
                net.set(conv.input[2], np.concatenate([net.array(conv.input[2]), np.zeros(extra, np.float32)]))
            for i, a in zip(norm.input[1:], (np.ones(extra), low, np.zeros(extra), np.ones(extra))):
                net.set(i, np.concatenate([net.array(i), a.astype(np.float32)]))
        else:
            old = net.array(conv.input[2]) if len(conv.input) > 2 else np.zeros(c, np.float32)
            del conv.input[2:]
            conv.input.append(net.constant(conv.name + ".bias", np.concatenate([old, low])))
        for r in readers:
            v = net.array(r.input[1])
            big = net.random.normal(0, size * np.abs(v).max(), (v.shape[0], extra, *v.shape[2:])).astype(np.float32)
            net.set(r.input[1], np.concatenate([v, big], 1))
        for v in (conv.output[0], norm.output[0], n.output[0]):
            if v in net.shape:
                net.shape[v] = [net.shape[v][0], c + extra, *net.shape[v][2:]]
        count += 1
    return f"{count} values"


def gates(net):
    """Squeeze and excitation whose gates are saturated, before convolutions."""
    count = 0
    for value in list(tails(net)):
        c = net.channels(value)
        if not dense_readers(net, value) or c < 8:
            continue
        k = max(2, c // 4)
        small = lambda *s: net.random.normal(0, 0.1, s).astype(np.float32)
        names = [net.new(value + s) for s in (".squeeze", ".down", ".mid", ".up", ".gate", ".gated")]
        net.after(value,
                  helper.make_node("GlobalAveragePool", [value], [names[0]], names[0]),
                  helper.make_node("Conv", [names[0], net.constant("w", small(k, c, 1, 1)), net.constant("b", small(k))], [names[1]], names[1]),
                  helper.make_node("Relu", [names[1]], [names[2]], names[2]),
                  helper.make_node("Conv", [names[2], net.constant("w", np.abs(small(c, k, 1, 1))), net.constant("b", 4 + np.abs(small(c)))],
                                   [names[3]], names[3]),
                  helper.make_node("HardSigmoid", [names[3]], [names[4]], names[4], alpha=1 / 6, beta=0.5),
                  helper.make_node("Mul", [value, names[4]], [names[5]], names[5]))
        # after() has made the pool and the Mul read the end of the chain: put them back
        net.producer(names[0]).input[0] = value
        net.producer(names[5]).input[0] = value
        net.shape[names[5]] = net.shape[value]
        count += 1
    return f"{count} gates"


def norm_as_arithmetic(net):
    """Batch normalisation as Mul and Add."""
    for n in net.of("BatchNormalization"):
        gamma, beta, mean, var = (net.array(i).astype(np.float64) for i in n.input[1:])
        factor = gamma / np.sqrt(var + attribute(n, "epsilon", 1e-5))
        at = list(net.g.node).index(n)
        mid = net.new(n.output[0] + ".scaled")
        shape = (1, -1, 1, 1)
        made = [helper.make_node("Mul", [n.input[0], net.constant("f", factor.reshape(shape).astype(np.float32))], [mid], mid),
                helper.make_node("Add", [mid, net.constant("a", (beta - mean * factor).reshape(shape).astype(np.float32))],
                                 [n.output[0]], n.name)]
        net.g.node.remove(n)
        for k, m in enumerate(made):
            net.g.node.insert(at + k, m)


def channels_last(net):
    """Transposes around every pooling and convolution of a network kept in channels-last order, as converters leave them."""
    for n in net.of("Relu", "Clip", "PRelu"):
        value = n.input[0]
        if len(net.shape.get(value, [])) != 4 or n.op_type == "PRelu":
            continue
        at = list(net.g.node).index(n)
        before, after = net.new(value + ".nhwc"), net.new(n.output[0] + ".nhwc")
        out = n.output[0]
        n.input[0], n.output[0] = before, after
        net.g.node.insert(at, helper.make_node("Transpose", [value], [before], before, perm=[0, 2, 3, 1]))
        net.g.node.insert(at + 2, helper.make_node("Transpose", [after], [out], after + ".back", perm=[0, 3, 1, 2]))


def limits_in_pieces(net):
    """Relu as Max with 0, Clip as Min of Max."""
    for n in net.of("Relu", "Clip"):
        zero = net.constant("zero", np.float32(0))
        if n.op_type == "Clip":
            at = list(net.g.node).index(n)
            mid = net.new(n.output[0] + ".low")
            net.g.node.insert(at, helper.make_node("Max", [n.input[0], n.input[1]], [mid], mid))
            n.op_type, top = "Min", n.input[2]
            del n.input[:]
            n.input.extend([mid, top])
        else:
            n.op_type = "Max"
            n.input.append(zero)


def two_heads(net):
    """A value inside becomes a second output."""
    n = net.of("Add")[len(net.of("Add")) // 2]
    net.g.output.append(helper.make_tensor_value_info(n.output[0], 1, ["N", *net.shape[n.output[0]][1:]]))


def computed_shapes(net):
    """Flatten as a Reshape whose shape is computed from the batch."""
    for n in net.of("Flatten"):
        c = net.channels(n.input[0])
        at = list(net.g.node).index(n)
        shape, batch, whole = (net.new(n.output[0] + s) for s in (".shape", ".batch", ".whole"))
        made = [helper.make_node("Shape", [n.input[0]], [shape], shape),
                helper.make_node("Gather", [shape, net.constant("zero", np.array([0]))], [batch], batch),
                helper.make_node("Concat", [batch, net.constant("c", np.array([c]))], [whole], whole, axis=0),
                helper.make_node("Reshape", [n.input[0], whole], [n.output[0]], n.name)]
        net.g.node.remove(n)
        for k, m in enumerate(made):
            net.g.node.insert(at + k, m)


CIFAR, IMAGENET = "cifar10/resnet20_cifar10.onnx", "imagenet/"
V2, UNBALANCED = IMAGENET + "mobilenet_v2_1.0_224.onnx", IMAGENET + "mobilenet_v2_1.0_unbalanced_224.onnx"
V1, SQUEEZE = IMAGENET + "mobilenet_v1_0.25_224.onnx", IMAGENET + "squeezenet_1.1.onnx"
YOLO, DEEPLAB = "voc_detection/mobilenetv2_yolov3_nano_voc.onnx", "voc_segmentation/deeplabv3_mobilenet_v2_voc.onnx"

FORMS = {
    "resnet_prelu_scaled": (CIFAR, [relu_to_prelu, scale_channels]),
    "resnet_bn_behind": (CIFAR, [norm_behind_activation]),
    "resnet_all": (CIFAR, [norm_behind_activation, channel_shuffle, pool_as_product, two_heads, computed_shapes]),
    "resnet_dead": (CIFAR, [dead_channels]),
    "resnet_plain_ops": (CIFAR, [norm_as_arithmetic, limits_in_pieces, channels_last]),
    "squeezenet_dead": (SQUEEZE, [dead_channels]),
    "squeezenet_bn_behind": (SQUEEZE, [norm_behind_activation]),
    "squeezenet_shuffle": (SQUEEZE, [scale_channels, channel_shuffle, pool_as_product]),
    "squeezenet_split": (SQUEEZE, [scale_channels, split_and_join]),
    "squeezenet_prelu_gates": (SQUEEZE, [scale_channels, relu_to_prelu, gates]),
    "mobilenet_blocks": (UNBALANCED, [depthwise_as_blocks, pool_as_product]),
    "mobilenet_prelu_shuffle": (UNBALANCED, [relu_to_prelu, scale_channels, channel_shuffle]),
    "mobilenet_bn_behind": (UNBALANCED, [norm_behind_activation]),
    "mobilenet_plain_ops": (V2, [norm_as_arithmetic, limits_in_pieces, pool_as_product]),
    "mobilenet_bus": (UNBALANCED, [scale_bus]),
    "mobilenet_v1_last": (V1, [channels_last]),
    "yolo_scaled": (YOLO, [scale_channels]),
    "yolo_prelu": (YOLO, [relu_to_prelu, scale_channels, scale_bus]),
    "yolo_all": (YOLO, [dead_channels, norm_behind_activation, channel_shuffle]),
    "deeplab_relu": (DEEPLAB, [limits_to_relu]),
    "deeplab_scaled": (DEEPLAB, [limits_to_relu, scale_channels]),
    "deeplab_all": (DEEPLAB, [limits_to_relu, scale_channels, scale_bus, pool_as_product, split_and_join]),
}
CHANGES = {limits_to_relu}


def outputs(model, feed):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: feed})


def make(data, name, out):
    file, rewrites = FORMS[name]
    model = onnx.load(data / file)
    seed = sum(name.encode())
    size = [d.dim_value or 1 for d in model.graph.input[0].type.tensor_type.shape.dim]
    feed = np.random.default_rng(seed).normal(0, 0.5, size).astype(np.float32)
    del model.graph.value_info[:]
    said = []
    net = Net(model, seed)
    before = None
    for r in rewrites:
        if before is None and r not in CHANGES:
            before = outputs(model, feed)
        said.append(f"{r.__name__}: {r(net) or 'all'}")
    used = {i for n in model.graph.node for i in n.input}
    for t in [t for t in model.graph.initializer if t.name not in used]:
        model.graph.initializer.remove(t)
    onnx.checker.check_model(model, full_check=True)
    if before is not None:
        after = outputs(model, feed)
        worst = max(float(np.abs(a - b).max() / np.abs(a).max()) for a, b in zip(before, after))
        said.append(f"outputs differ by at most {worst:.1e} of the largest")
    onnx.save(model, out / (name + ".onnx"))
    print(f"{name} ({file}): " + "; ".join(said), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", action="append", choices=FORMS)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.only or FORMS:
        make(args.data, name, args.out)


if __name__ == "__main__":
    main()
