#!/usr/bin/env python3
"""Latency of several models, run in turn in one process, as ratios to the first one, as JSON."""
import argparse
import json
import statistics
import time

import numpy as np
import onnxruntime


def session(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    # waiting threads of one model must not take the cores from the next one
    options.add_session_config_entry("session.force_spinning_stop", "1")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def feed(model):
    """Batch 1 of normal noise; the latency of these networks does not depend on the values."""
    value = model.get_inputs()[0]
    shape = [d if isinstance(d, int) and d > 0 else 1 for d in value.shape]
    return {value.name: np.random.default_rng(0).standard_normal(shape, np.float32)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=100, help="measured runs of each model")
    parser.add_argument("--warmup", type=int, default=10)
    args = parser.parse_args()

    models = [session(path, args.threads) for path in args.models]
    feeds = [feed(model) for model in models]
    seconds = [[] for _ in models]
    for run in range(args.warmup + args.runs):
        for i, model in enumerate(models):
            began = time.perf_counter()
            model.run(None, feeds[i])
            if run >= args.warmup:
                seconds[i].append(time.perf_counter() - began)
    medians = [statistics.median(s) for s in seconds]
    minima = [min(s) for s in seconds]
    print(json.dumps({
        "threads": args.threads,
        "runs": args.runs,
        "models": [
            {
                "path": path,
                "median_ms": round(1e3 * medians[i], 4),
                "min_ms": round(1e3 * minima[i], 4),
                # the quarter of the runs that nobody disturbed took at most this
                "quarter_ms": round(1e3 * sorted(seconds[i])[len(seconds[i]) // 4], 4),
                # above 1: faster than the first model
                "speedup_median": round(medians[0] / medians[i], 3),
                "speedup_min": round(minima[0] / minima[i], 3),
            }
            for i, path in enumerate(args.models)
        ],
    }, indent=1))


if __name__ == "__main__":
    main()
