#!/usr/bin/env python3
"""Repairs one more at a time on the networks that plain int8 breaks, each step scored and timed.

    python3 octavo-bench/repair/ladder.py --data $OCTAVO_DATA --out target/ladder [--only NETWORK]
        [--weights per-tensor] [--objective size] [--python venv/bin/python]

Every cell is one run of `octavo quantize` (a process of its own), executed int8 on all 500 pictures. With --python, an
interpreter that has onnxruntime, the models of a ladder are timed in turn in one process beside the float model.
Prints Markdown. A cell that is there already is not computed again: remove --out to start anew.
"""
import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

IMAGENET = "mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]"
INCEPTION = "mean: 127.5, std: 127.5"

# network -> pre-processing, ladders; a ladder is a list of (name, rewrites, refinements)
SWITCHES = [
    ("original", [], []),
    ("+ replace-relu6 (always)", ["replace-relu6: { mode: always }"], []),
    ("+ equalize", ["equalize"], []),
    ("+ equalize, absorb-bias", ["equalize", "absorb-bias"], []),
    ("+ equalize, correct-bias", ["equalize"], ["correct-bias"]),
    ("+ equalize, absorb-bias, correct-bias", ["equalize", "absorb-bias"], ["correct-bias"]),
    ("correct-bias alone", [], ["correct-bias"]),
    ("clip-weights, correct-bias", ["clip-weights"], ["correct-bias"]),
]
ON_SAMPLES = ("+ equalize, correct-bias on samples", ["equalize"], ["correct-bias: { from: samples }"])

NETWORKS = {
    "mobilenet_v2_1.0_unbalanced_224": IMAGENET,
    "mobilenet_v1_0.25_224": INCEPTION,
    "mobilenet_v2_1.0_224": IMAGENET,
}


def data_file(out, data, preprocess):
    name = "imagenet.yaml" if preprocess == IMAGENET else "inception.yaml"
    file = out / name
    file.write_text(
        f"images: {data}/imagenet/images_even500.zip\n"
        f"labels: {{ csv: {data}/imagenet/labels_even500.csv, file: file, class: class_index }}\n"
        f"preprocess: {{ center-crop: 224, {preprocess} }}\n"
    )
    return file


def flags(preprocess):
    """The same pre-processing as flags, for a run without data."""
    values = preprocess.replace("[", "").replace("]", "").split(", std: ")
    return ["--mean", values[0].replace("mean: ", "").replace(" ", ""), "--std", values[1].replace(" ", "")]


def run(out, args, network, preprocess, step, source, weights, objective):
    name, rewrites, refinements = step
    cell = f"{network}.{source}.{weights}.{objective}.{name}".replace(" ", "-").replace(",", "").replace("+", "")
    result = out / (cell + ".json")
    model = out / (cell + ".onnx")
    if result.exists():
        return json.loads(result.read_text()), model
    recipe = out / (cell + ".yaml")
    recipe.write_text(
        "rewrite:\n" + "".join(f"  - {r}\n" for r in rewrites or ["fold-batch-norm"])
        + ("refine:\n" + "".join(f"  - {r}\n" for r in refinements) if refinements else "refine: []\n")
    )
    data = data_file(out, args.data, preprocess)
    command = [str(ROOT / "octavo"), "quantize", f"{args.data}/imagenet/{network}.onnx", "--recipe", str(recipe)]
    command += ["--weights", weights, "--objective", objective, "-o", str(model), "--json", "--quiet"]
    command += ["--task", "classification", "--test-data", str(data)]
    command += ["--data-free"] + flags(preprocess) if source == "no data" else ["--data", str(data)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=out)
    if done.returncode:
        sys.stderr.write(done.stderr)
        return None, model
    summary = json.loads(done.stdout)
    result.write_text(json.dumps(summary))
    return summary, model


def top1(summary, which):
    return f"{100 * summary['accuracy'][which]['top1']:.1f}" if summary else "–"


def latencies(args, network, models):
    """float ÷ model per thread count, from runs in turn in one process."""
    if not args.python:
        return {}
    ratios = {}
    for threads in (1, 2):
        command = [args.python, str(ROOT / "octavo-bench/peer/latency.py"), "--threads", str(threads), "--runs", "100"]
        command += [f"{args.data}/imagenet/{network}.onnx"] + [str(m) for m in models]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.stderr.write(done.stderr)
            return {}
        for model, row in zip(models, json.loads(done.stdout)["models"][1:]):
            ratios.setdefault(model, []).append(row["speedup_min"])
    return ratios


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--only", action="append")
    p.add_argument("--weights", action="append")
    p.add_argument("--objective", action="append")
    p.add_argument("--python")
    args = p.parse_args()
    args.data = str(pathlib.Path(args.data).resolve())
    out = pathlib.Path(args.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    for network, preprocess in NETWORKS.items():
        if args.only and network not in args.only:
            continue
        for weights in args.weights or ["per-tensor", "per-channel"]:
            objectives = args.objective or ["balanced", "size"]
            places = {"balanced": "default placement", "size": "all in integers"}
            columns = [(source, o) for source in ("no data", "100 pictures") for o in objectives]
            print(f"\n**{network}, {weights} weights**: top-1 % of 500 pictures, executed in int8\n")
            print("| repairs | " + " | ".join(f"{s}, {places[o]}" for s, o in columns)
                  + " | float ÷ int8, 1 / 2 threads |")
            print("|---|" + "---|" * len(columns) + "---|")
            rows = []
            for step in SWITCHES + [ON_SAMPLES]:
                cells = []
                timed = None
                for source, objective in columns:
                    if step is ON_SAMPLES and source == "no data":
                        cells.append("–")
                        continue
                    summary, model = run(out, args, network, preprocess, step, source, weights, objective)
                    cells.append(top1(summary, "executed"))
                    if summary and source == "100 pictures":
                        timed = timed or model
                        original = top1(summary, "float")
                rows.append((step[0], cells, timed))
            speed = latencies(args, network, [t for _, _, t in rows if t])
            print(f"| float | {original} |" + " |" * len(columns))
            for name, cells, timed in rows:
                ratio = " / ".join(f"×{r:.2f}" for r in speed[timed]) if timed in speed else ""
                print(f"| {name} | " + " | ".join(cells) + f" | {ratio} |")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
