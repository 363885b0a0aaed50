"""What rounding one weight at a time, with one grid per tensor, leaves of a network's outputs.

    venv/bin/pip install onnx onnxruntime numpy pillow
    venv/bin/python octavo-bench/tasks/weight_rounding.py MODEL.onnx PICTURES.zip detection|segmentation

For each convolution, batch norms folded: decibels of signal left in all outputs over a few pictures, and how much larger the
largest channel is than the median one. Worst first.
"""

import io
import sys
import zipfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import numpy_helper
from PIL import Image


def letterboxed(picture):
    factor = 513 / max(picture.size)
    w, h = (int(round(s * factor)) for s in picture.size)
    canvas = np.full((513, 513, 3), 127.5, np.float32)
    canvas[:h, :w] = np.asarray(picture.resize((w, h), Image.Resampling.BILINEAR))
    return (canvas - 127.5) / 127.5


def stretched(picture):
    return np.asarray(picture.resize((320, 320), Image.Resampling.BILINEAR), np.float32) / 255


def pictures(file, task):
    with zipfile.ZipFile(file) as z:
        names = sorted(n for n in z.namelist() if n.endswith(".jpg"))[:: 40 if task == "segmentation" else 14]
        make = letterboxed if task == "segmentation" else stretched
        opened = [Image.open(io.BytesIO(z.read(n))).convert("RGB") for n in names]
        return [np.ascontiguousarray(make(p).transpose(2, 0, 1)[None], np.float32) for p in opened]


def fold(model, weights):
    """Folds each batch norm into the convolution before it."""
    norms = {n.input[0]: n for n in model.graph.node if n.op_type == "BatchNormalization"}
    for conv in [n for n in model.graph.node if n.op_type == "Conv" and n.output[0] in norms]:
        norm = norms[conv.output[0]]
        gamma, beta, mean, variance = (numpy_helper.to_array(weights[i]).astype(np.float64) for i in norm.input[1:5])
        factor = gamma / np.sqrt(variance + next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5))
        weight = numpy_helper.to_array(weights[conv.input[1]]) * factor[:, None, None, None]
        old = numpy_helper.to_array(weights[conv.input[2]]) if len(conv.input) > 2 else 0
        name = conv.output[0] + "/bias"
        model.graph.initializer.append(
            numpy_helper.from_array((beta + (old - mean) * factor).astype(np.float32), name))
        weights[conv.input[1]].CopyFrom(numpy_helper.from_array(weight.astype(np.float32), conv.input[1]))
        first = list(conv.input[:2])
        del conv.input[:]
        conv.input.extend([*first, name])
        conv.output[0] = norm.output[0]
        model.graph.node.remove(norm)


def run(model, inputs):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(model.SerializeToString(), options)
    name = session.get_inputs()[0].name
    return np.concatenate([o.ravel() for x in inputs for o in session.run(None, {name: x})])


def main(path, zip_file, task):
    inputs = pictures(zip_file, task)
    model = onnx.load(path)
    weights = {i.name: i for i in model.graph.initializer}
    fold(model, weights)
    truth = run(model, inputs)
    rows = []
    for conv in [n for n in model.graph.node if n.op_type == "Conv"]:
        name = conv.input[1]
        weight = numpy_helper.to_array(weights[name])
        scale = np.abs(weight).max() / 127
        weights[name].CopyFrom(numpy_helper.from_array((np.round(weight / scale) * scale).astype(np.float32), name))
        error = run(model, inputs) - truth
        weights[name].CopyFrom(numpy_helper.from_array(weight, name))
        channels = np.abs(weight).reshape(len(weight), -1).max(1)
        rows.append((10 * np.log10(np.sum(truth**2) / np.sum(error**2)), conv.name or conv.output[0], weight.shape,
                     channels.max() / np.median(channels)))
    for decibels, name, shape, spread in sorted(rows, key=lambda r: r[0])[:15]:
        print(f"{decibels:6.1f} dB  {name} {shape}, largest channel {spread:.1f} times the median")


if __name__ == "__main__":
    main(*sys.argv[1:])
