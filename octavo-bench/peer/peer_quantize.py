#!/usr/bin/env python3
"""Quantize a classifier with onnxruntime.quantization and print what it cost as JSON."""
import time

STARTED = time.perf_counter()

import argparse
import json
import logging
import resource
import tempfile
from pathlib import Path

import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from pictures import Pictures, add_arguments

METHODS = {
    "minmax": CalibrationMethod.MinMax,
    "percentile": CalibrationMethod.Percentile,
    "entropy": CalibrationMethod.Entropy,
}


class Reader(CalibrationDataReader):
    def __init__(self, pictures, indices, input_name):
        self.feeds = ({input_name: pictures.tensor(i)} for i in indices)

    def get_next(self):
        return next(self.feeds, None)


def pre_process(model, target):
    """The peer's own preparation; symbolic shape inference is left out only where it fails."""
    try:
        quant_pre_process(model, target)
        return True
    except Exception as failure:  # it raises bare Exception
        logging.warning("symbolic shape inference failed: %s", failure)
        quant_pre_process(model, target, skip_symbolic_shape=True)
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    add_arguments(parser)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--pick", choices=("first", "spread"), default="first")
    parser.add_argument("--method", choices=METHODS, default="minmax")
    parser.add_argument("--weights", choices=("per-tensor", "per-channel"), default="per-channel")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    pictures = Pictures.of(args)
    input_name = onnx.load(args.model, load_external_data=False).graph.input[0].name
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        began = time.perf_counter()
        symbolic = pre_process(args.model, prepared)
        prepared_at = time.perf_counter()
        # quantize_static calibrates, then rewrites and saves; the rewriting is well under a second
        quantize_static(
            prepared,
            args.out,
            Reader(pictures, pictures.choose(args.samples, args.pick), input_name),
            quant_format=QuantFormat.QDQ,
            per_channel=args.weights == "per-channel",
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=METHODS[args.method],
        )
        done = time.perf_counter()
    print(json.dumps({
        "model": Path(args.model).name,
        "onnxruntime": onnxruntime.__version__,
        "method": args.method,
        "weights": args.weights,
        "samples": min(args.samples, len(pictures)),
        "symbolic_shapes": symbolic,
        "preprocess_s": round(prepared_at - began, 3),
        "calibration_s": round(done - prepared_at, 3),
        "process_s": round(done - STARTED, 3),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }))


if __name__ == "__main__":
    main()
