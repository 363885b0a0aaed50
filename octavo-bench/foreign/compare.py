#!/usr/bin/env python3
"""The peer and Octavo on the networks of generate.py and train.py: a row of a Markdown table for each, as it is measured.

    venv/bin/pip install onnx onnxruntime numpy pillow sympy
    venv/bin/python octavo-bench/foreign/generate.py --data $OCTAVO_DATA --out FOLDER/nets
    venv/bin/python octavo-bench/foreign/compare.py --data $OCTAVO_DATA --out FOLDER [--only NAME]

Quantized models are scored by octavo evaluate, executed in integers, on as many samples, evenly spread, as TASKS says.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
IMAGENET = "mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]"
# first part of a network's name -> task, key of the score, calibration samples, test samples
TASKS = {
    "resnet": ("classification", "top1", 100, 1000),
    "foreign": ("classification", "top1", 100, 1000),
    "squeezenet": ("classification", "top1", 50, 200),
    "mobilenet": ("classification", "top1", 50, 200),
    "yolo": ("detection", "mapArea", 32, 60),
    "deeplab": ("segmentation", "miou", 20, 40),
}


def data_files(kind, name, data, out):
    """Data set files for calibration and for the test."""
    def file(stem, text):
        path = out / f"{stem}.yaml"
        path.write_text(text)
        return path

    if kind in ("resnet", "foreign"):
        text = "images: {}\npreprocess: {{ " + IMAGENET + " }}\n"
        return [file(f"cifar-{p}", text.format(data / "cifar10" / z))
                for p, z in (("train", "train2000_jpg.zip"), ("test", "test_even5000_jpg.zip"))]
    if kind in ("squeezenet", "mobilenet"):
        v1 = name.startswith("mobilenet_v1")
        both = file("v1" if v1 else "imagenet",
                    f"images: {data}/imagenet/images_even500.zip\n"
                    f"labels: {{ csv: {data}/imagenet/labels_even500.csv, file: file, class: class_index }}\n"
                    f"preprocess: {{ center-crop: 224, {'mean: 127.5, std: 127.5' if v1 else IMAGENET} }}\n")
        return [both, both]
    task = TASKS[kind][0]
    text = (ROOT / "octavo-bench" / "tasks" / f"voc-{task}.yaml").read_text().replace("DATA", str(data))
    both = file(f"voc-{task}", text)
    return [both, both]


def peer(kind, name, model, data, weights, samples, out):
    python = sys.executable
    if kind in ("yolo", "deeplab"):
        task = TASKS[kind][0]
        pictures = "voc_detection/voc2007_test_198.zip" if task == "detection" else "voc_segmentation/voc2012_120.zip"
        command = [python, ROOT / "octavo-bench/tasks/peer.py", model, data / pictures, task, weights, out]
    else:
        command = [python, ROOT / "octavo-bench/peer/peer_quantize.py", model, "--samples", samples, "--pick", "spread",
                   "--weights", weights, "--out", out]
        if kind in ("squeezenet", "mobilenet"):
            command += ["--images", data / "imagenet/images_even500.zip", "--labels", data / "imagenet/labels_even500.csv",
                        "--crop", 224]
            command += ["--mean", "127.5", "--std", "127.5"] if name.startswith("mobilenet_v1") else []
        else:
            command += ["--images", data / "cifar10/train2000_jpg.zip"]
    return command


def run(command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(" ".join(map(str, command)), done.stderr[-600:], sep="\n", file=sys.stderr)
    return done.stdout if done.returncode == 0 else None


def row(name, args):
    kind = name.split("_")[0]
    task, key, calibration, tested = TASKS[kind]
    calibrate, test = data_files(kind, name, args.data, args.out)
    model = args.out / "nets" / f"{name}.onnx"
    octavo = args.octavo

    def score(file):
        text = run([octavo, "evaluate", file, "--task", task, "--data", test, "--samples", tested, "--json", "--quiet"])
        return None if text is None else json.loads(text)[key]

    def quantized(tag, *flags):
        file = args.out / f"{name}.{tag}.onnx"
        text = run([octavo, "quantize", model, "--data", calibrate, "--samples", calibration, "--json", "--quiet", "-o", file, *flags])
        if text is None:
            return None, ""
        summary = json.loads((args.out / f"{name}.{tag}.summary.json").read_text())
        return score(file), f"{'*' if summary['repair'] else ''} ({summary['integerNodes']}/{summary['computeNodes']})"

    cells = [score(model)]
    for weights in ("per-tensor", "per-channel"):
        file = args.out / f"{name}.peer-{weights}.onnx"
        cells.append(score(file) if run(peer(kind, name, model, args.data, weights, calibration, file)) is not None else None)
    marks = [""] * 3
    for tag, flags in (("plain", ["--no-repair"]), ("default", []), ("per-tensor", ["--weights", "per-tensor"])):
        value, mark = quantized(tag, *flags)
        cells.append(value)
        marks.append(mark)
    text = [("failed" if c is None else f"{100 * c:.1f}") + m for c, m in zip(cells, marks)]
    return f"| {name} | " + " | ".join(text) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--octavo", type=Path, default=ROOT / "octavo")
    parser.add_argument("--only", action="append")
    args = parser.parse_args()
    names = args.only or sorted(p.stem for p in (args.out / "nets").glob("*.onnx"))
    print("| network | float | peer per-tensor | peer per-channel | Octavo, --no-repair | default | --weights per-tensor |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for name in names:
        print(row(name, args), flush=True)


if __name__ == "__main__":
    main()
