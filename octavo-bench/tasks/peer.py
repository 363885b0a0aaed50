"""The peer, onnxruntime.quantization, on the VOC networks: min-max over 50 pictures spread over the set, as Octavo takes them.

    venv/bin/pip install onnx onnxruntime numpy pillow
    venv/bin/python octavo-bench/tasks/peer.py MODEL.onnx PICTURES.zip detection|segmentation per-channel|per-tensor OUT.onnx

Its symbolic shape inference fails on these networks and is skipped. Score the result with octavo evaluate.
"""

import io
import pathlib
import sys
import tempfile
import zipfile

import numpy as np
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from PIL import Image

SAMPLES = 50


def letterboxed(picture):
    factor = 513 / max(picture.size)
    w, h = (int(round(s * factor)) for s in picture.size)
    canvas = np.full((513, 513, 3), 127.5, np.float32)
    canvas[:h, :w] = np.asarray(picture.resize((w, h), Image.Resampling.BILINEAR))
    return (canvas - 127.5) / 127.5


def axis(length, n):
    at = np.clip((np.arange(n) + 0.5) * length / n - 0.5, 0, length - 1)
    low = np.floor(at).astype(int)
    return low, np.minimum(low + 1, length - 1), at - low


def stretched(picture, n=320):
    """Two by two neighbours, not widened."""
    a = np.asarray(picture, np.float64)
    top, bottom, fy = axis(a.shape[0], n)
    left, right, fx = axis(a.shape[1], n)
    rows = a[:, left] * (1 - fx)[None, :, None] + a[:, right] * fx[None, :, None]
    return np.round(rows[top] * (1 - fy)[:, None, None] + rows[bottom] * fy[:, None, None]) / 255


class Pictures(CalibrationDataReader):
    def __init__(self, file, make):
        self.zip, self.make = zipfile.ZipFile(file), make
        names = sorted(n for n in self.zip.namelist() if n.endswith(".jpg"))
        self.names = iter([names[i * len(names) // SAMPLES] for i in range(SAMPLES)])

    def get_next(self):
        name = next(self.names, None)
        if name is None:
            return None
        picture = Image.open(io.BytesIO(self.zip.read(name))).convert("RGB")
        return {"input": np.ascontiguousarray(self.make(picture).transpose(2, 0, 1)[None], np.float32)}


def main(model, pictures, task, weights, out):
    with tempfile.TemporaryDirectory() as folder:
        ready = str(pathlib.Path(folder) / "ready.onnx")
        quant_pre_process(model, ready, skip_symbolic_shape=True)
        quantize_static(
            ready, out, Pictures(pictures, letterboxed if task == "segmentation" else stretched),
            quant_format=QuantFormat.QDQ, per_channel=weights == "per-channel", activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax)


if __name__ == "__main__":
    main(*sys.argv[1:])
