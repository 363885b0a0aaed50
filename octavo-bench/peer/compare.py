#!/usr/bin/env python3
"""Octavo beside onnxruntime.quantization in one run: accuracy, time, memory, latency; prints Markdown tables.

    venv/bin/python compare.py --data DATA --octavo ../../octavo --out target/compare

Both calibrate on the same 100 pictures (spread evenly over the zip, as Octavo's --samples takes them) and are scored on
the same pictures by the same evaluator. Besides top-1, whose noise on 500 pictures is about a point, the tables give what
a picture more or less does not move: the mean Kullback-Leibler divergence of the predicted distribution from float's, and
how much of float's own confidence the changed decisions give away (points of expected top-1).
"""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from run_peer import networks, script

RULES = {"minmax": "min-max", "percentile": "percentile", "entropy": "entropy"}
MEAN, STD = "[123.675, 116.28, 103.53]", "[58.395, 57.12, 57.375]"


def data_file(out, name, options):
    """The data set file that says for Octavo what the options say for the scripts."""
    value = {options[i]: options[i + 1] for i in range(0, len(options), 2)}
    labels = f"{{ csv: {Path(value['--labels']).resolve()}, file: file, class: class_index }}" if "--labels" in value else "folders"
    mean, std = (value.get("--mean", MEAN), value.get("--std", STD))
    crop = f"center-crop: {value['--crop']}, " if "--crop" in value else ""
    path = out / f"{name}.yaml"
    path.write_text(
        f"images: {Path(value['--images']).resolve()}\nlabels: {labels}\n"
        f"preprocess: {{ {crop}mean: {mean}, std: {std}, order: RGB, layout: NCHW }}\n",
        encoding="utf-8",
    )
    return path


def timed(command):
    """Runs a command; wall seconds and peak resident megabytes of the whole process, by the operating system."""
    began = os.times().elapsed
    child = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{command}: {err.decode()}")
    return {"wall_s": round(os.times().elapsed - began, 2), "cpu_s": round(usage.ru_utime + usage.ru_stime, 2), "rss_mb": round(usage.ru_maxrss / 1024)}


def softmax(scores):
    e = np.exp(scores - scores.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


class Scores:
    """Scores of models against the float network's."""

    def __init__(self, out, model, evaluation):
        self.out, self.evaluation = out, evaluation
        self.float = self.run(model)
        self.truth = softmax(np.load(out / f"{Path(model).name}.npy").astype(np.float64))

    def run(self, model):
        return script("evaluate.py", model, *self.evaluation, "--scores", self.out / f"{Path(model).name}.npy")

    def of(self, model):
        result = self.run(model)
        q = softmax(np.load(self.out / f"{Path(model).name}.npy").astype(np.float64))
        p, row = self.truth, np.arange(len(q))
        result["kl"] = float((p * (np.log(p + 1e-12) - np.log(q + 1e-12))).sum(1).mean())
        result["given_away"] = float(100 * (p[row, p.argmax(1)] - p[row, q.argmax(1)]).mean())
        return result


def row(cells):
    return "| " + " | ".join(str(c) for c in cells) + " |"


def accuracy(args, name, model, calibration, evaluation, lines):
    scores = Scores(args.out, model, [a for a in evaluation if a not in ("--calibration", 100)])
    yaml = data_file(args.out, name, [a for a in calibration if a not in ("--pick", "spread")])
    lines.append(row([f"**{name}**", "float", "", f"{scores.float['top1']:.2f}", "", "", ""]))
    for weights in ("per-tensor", "per-channel"):
        target = args.out / f"{name}.{weights}.octavo.onnx"
        timed([args.octavo, "quantize", model, "--data", yaml, "--samples", 100, "--weights", weights, "--range", ",".join(RULES.values()) + ",measured", "--quiet", "-o", target])
        for method, rule in RULES.items():
            peer = args.out / f"{name}.{weights}.{method}.onnx"
            script("peer_quantize.py", model, *calibration, "--samples", 100, "--method", method, "--weights", weights, "--out", peer)
            table_row(lines, name, weights, rule, scores.of(peer), scores.of(target.with_name(f"{name}.{weights}.octavo.{rule}.onnx")))
        best = scores.of(target.with_name(f"{name}.{weights}.octavo.measured.onnx"))
        table_row(lines, name, weights, "measured" + (" (the default)" if weights == "per-channel" else ""), None, best)


def table_row(lines, name, weights, rule, peer, ours):
    def both(form, key):
        return (form.format(peer[key]) if peer else "–") + " / " + form.format(ours[key])

    lines.append(row(["", weights, rule, both("{:.2f}", "top1"), both("{:.1f}", "top5"), both("{:.4f}", "kl"), both("{:.2f}", "given_away")]))
    print(lines[-1], file=sys.stderr, flush=True)


def cost(args, lines):
    """Time and memory on MobileNetV2, whole processes in turn."""
    name, model, calibration, _ = next(n for n in networks(args.data) if n[0].startswith("mobilenet_v2"))
    yaml = data_file(args.out, name, calibration)
    calibration = [*calibration, "--pick", "spread"]
    octavo = [args.octavo, "quantize", model, "--data", yaml, "--quiet", "-o", args.out / "cost.onnx"]
    peer = [sys.executable, Path(__file__).with_name("peer_quantize.py"), model, *calibration, "--out", args.out / "cost.peer.onnx", "--samples", 100, "--method"]
    three = ",".join(["percentile", "least-squares", "entropy"])
    runs = {
        "peer, min-max, 100 pictures": peer + ["minmax"],
        "Octavo, percentile + least-squares + entropy, 100 pictures": octavo + ["--samples", 100, "--range", three],
        "Octavo, the default (measured), 100 pictures": octavo + ["--samples", 100],
        "Octavo, percentile + least-squares + entropy, 500 pictures": octavo + ["--samples", 500, "--range", three],
    }
    results = {k: [] for k in runs}
    for _ in range(args.repeat):
        for k, command in runs.items():
            results[k].append(timed(command))
    results["peer, percentile, 100 pictures"] = [timed(peer + ["percentile"])]
    results["peer, entropy, 100 pictures"] = [timed(peer + ["entropy"])]
    lines += ["| command | wall s (median) | wall s (least) | CPU s (median) | peak resident MB |", "|---|---|---|---|---|"]
    for k, r in results.items():
        lines.append(row([k, np.median([x["wall_s"] for x in r]), min(x["wall_s"] for x in r), np.median([x["cpu_s"] for x in r]), max(x["rss_mb"] for x in r)]))


def latency(args, lines):
    lines += ["| network | 1 thread: float ÷ Octavo | float ÷ peer | peer ÷ Octavo | 2 threads: float ÷ Octavo | float ÷ peer | peer ÷ Octavo |", "|---|---|---|---|---|---|---|"]
    for name, model, _, _ in networks(args.data):
        if args.only and args.only not in name:
            continue
        cells = [name]
        for threads in (1, 2):
            timings = script("latency.py", model, args.out / f"{name}.per-channel.minmax.onnx", args.out / f"{name}.per-channel.octavo.measured.onnx", "--threads", threads, "--runs", args.runs)["models"]
            f, p, o = (m["quarter_ms"] for m in timings)
            cells += [f"×{f / o:.2f}", f"×{f / p:.2f}", f"×{p / o:.2f}"]
        lines.append(row(cells))
        print(lines[-1], file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds imagenet/ and cifar10/")
    parser.add_argument("--octavo", type=Path, default=Path(__file__).resolve().parents[2] / "octavo")
    parser.add_argument("--out", type=Path, default=Path("target/compare"))
    parser.add_argument("--only", help="only networks whose name contains this")
    parser.add_argument("--parts", default="accuracy,cost,latency")
    parser.add_argument("--runs", type=int, default=200, help="measured runs per model and number of threads")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each quantize command")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    lines = []
    if "accuracy" in args.parts:
        lines += ["### Accuracy (peer / Octavo)", "", "| network | weights | range | top-1 % | top-5 % | KL from float | confidence given away, points |", "|---|---|---|---|---|---|---|"]
        for name, model, calibration, evaluation in networks(args.data):
            if not args.only or args.only in name:
                spread = calibration if "--pick" in calibration else [*calibration, "--pick", "spread"]
                accuracy(args, name, model, spread, evaluation, lines)
    if "cost" in args.parts:
        lines += ["", "### Time and memory of quantizing MobileNetV2", ""]
        cost(args, lines)
    if "latency" in args.parts:
        lines += ["", "### Latency of the results, batch 1", ""]
        latency(args, lines)
    report = "\n".join(map(str, lines)) + "\n"
    (args.out / "report.md").write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
