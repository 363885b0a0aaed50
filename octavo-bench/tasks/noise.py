"""Signal left in a network's outputs, in decibels, for each of some quantized models of it: as the range rule measured has it.

    venv/bin/pip install onnx onnxruntime numpy pillow
    venv/bin/python octavo-bench/tasks/noise.py MODEL.onnx PICTURES.zip detection|segmentation INT8.onnx …

On 40 pictures spread over the set, executed. Also the share of the noise that is a shift of the mean of an output channel,
which correcting biases could still take back.
"""

import io
import sys
import zipfile

import numpy as np
import onnxruntime as ort
from peer import letterboxed, stretched
from PIL import Image

SAMPLES = 40


def pictures(file, task):
    make = letterboxed if task == "segmentation" else stretched
    with zipfile.ZipFile(file) as z:
        names = sorted(n for n in z.namelist() if n.endswith(".jpg"))
        for i in range(SAMPLES):
            picture = Image.open(io.BytesIO(z.read(names[i * len(names) // SAMPLES]))).convert("RGB")
            yield np.ascontiguousarray(make(picture).transpose(2, 0, 1)[None], np.float32)


def outputs(model, inputs):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(model, options)
    name = session.get_inputs()[0].name
    return [np.concatenate(o) for o in zip(*(session.run(None, {name: x}) for x in inputs))]


def main(model, zip_file, task, *quantized):
    inputs = list(pictures(zip_file, task))
    truth = outputs(model, inputs)
    for path in quantized:
        error, shifts = [], []
        for real, got in zip(truth, outputs(path, inputs)):
            difference = got - real
            error.append((difference**2).sum() / (real**2).sum())
            shifts.append((difference.mean((0, 2, 3)) ** 2).mean() / (difference**2).mean())
        shares = ", ".join(f"{100 * s:.1f} %" for s in shifts)
        print(f"{-10 * np.log10(np.mean(error)):6.1f} dB  {path}  (shifts of means: {shares})", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
