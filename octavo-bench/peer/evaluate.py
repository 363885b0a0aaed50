#!/usr/bin/env python3
"""Top-1 and top-5 of a classifier as ONNX Runtime executes it, as JSON."""
import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime

from pictures import Pictures, add_arguments


def percent(hits):
    return round(100.0 * float(np.mean(hits)), 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    add_arguments(parser)
    parser.add_argument("--calibration", type=int, default=0, help="the first N pictures served for calibration: report the others on their own too")
    parser.add_argument("--limit", type=int, default=0, help="only the first N pictures")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--scores", type=Path, help="also save the scores of all pictures here, as .npy")
    args = parser.parse_args()

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = args.threads
    session = onnxruntime.InferenceSession(args.model, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    pictures = Pictures.of(args)
    count = min(args.limit or len(pictures), len(pictures))

    began = time.perf_counter()
    top1, top5 = np.zeros(count, bool), np.zeros(count, bool)
    rows = []
    for i in range(count):
        scores = session.run(None, {name: pictures.tensor(i)})[0].reshape(-1)
        rows.append(scores)
        best = np.argsort(-scores, kind="stable")[:5]
        top1[i] = best[0] == pictures.labels[i]
        top5[i] = pictures.labels[i] in best
    if args.scores:
        np.save(args.scores, np.stack(rows))
    result = {
        "model": Path(args.model).name,
        "pictures": count,
        "top1": percent(top1),
        "top5": percent(top5),
        "seconds": round(time.perf_counter() - began, 3),
    }
    if 0 < args.calibration < count:
        result["held_out"] = {
            "pictures": count - args.calibration,
            "top1": percent(top1[args.calibration :]),
            "top5": percent(top5[args.calibration :]),
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
