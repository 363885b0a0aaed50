#!/usr/bin/env python3
"""Tunes networks that per-tensor W8A8 harms until their metric is back, with as few 16-bit or float products as it takes.

    python3 octavo-bench/tune/table.py --data $OCTAVO_DATA --out target/tune [--only NETWORK,NETWORK] [--budget 600]
        [--test-samples 100] [--samples 16] [--loss 0.5] [--weights per-tensor]

Each row is one `octavo tune`, from 8 bits with least-squares ranges to LOSS points below float. Prints Markdown. Run
again it goes on where it stopped: remove --out to start anew.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGENET = "mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375]"

# network -> folder, task, data set file
NETWORKS = {
    "mobilenet_v1_0.25_224": ("imagenet", "classification", "inception"),
    "mobilenet_v2_1.0_224": ("imagenet", "classification", "imagenet"),
    "mobilenet_v2_1.0_unbalanced_224": ("imagenet", "classification", "imagenet"),
    "squeezenet_1.1": ("imagenet", "classification", "imagenet"),
    "resnet20_cifar10": ("cifar10", "classification", "cifar10"),
    "resnet32_cifar10": ("cifar10", "classification", "cifar10"),
    "resnet56_cifar10": ("cifar10", "classification", "cifar10"),
    "convvit_cifar10": ("transformer", "classification", "cifar10"),
    "deeplabv3_mobilenet_v2_voc": ("voc_segmentation", "segmentation", "voc-segmentation"),
    "mobilenetv2_yolov3_nano_voc": ("voc_detection", "detection", "voc-detection"),
}
SCORES = {"classification": "top1", "detection": "mapArea", "segmentation": "miou"}


def pictures(zipped, labels, preprocess):
    return f"images: {zipped}\nlabels: {labels}\npreprocess: {{ {preprocess} }}\n"


def data_set(name, data, out):
    file = out / f"{name}.yaml"
    table = f"{{ csv: {data}/imagenet/labels_even500.csv, file: file, class: class_index }}"
    even = f"{data}/imagenet/images_even500.zip"
    if name == "inception":
        file.write_text(pictures(even, table, "center-crop: 224, mean: 127.5, std: 127.5"))
    elif name == "imagenet":
        file.write_text(pictures(even, table, "center-crop: 224, " + IMAGENET))
    elif name == "cifar10":
        file.write_text(pictures(f"{data}/cifar10/test_even5000_jpg.zip", "folders", IMAGENET))
    else:
        file.write_text((ROOT / f"octavo-bench/tasks/{name}.yaml").read_text().replace("DATA", str(data)))
    return file


def tune(network, args, out):
    folder, task, data = NETWORKS[network]
    few = args.test_samples if task == "classification" and folder == "imagenet" else None
    samples = few or {"classification": 500, "segmentation": 40, "detection": 100}[task]
    result = out / f"{network}.json"
    began = time.time()
    if not result.exists():
        command = [
            str(ROOT / "octavo"), "tune", f"{args.data}/{folder}/{network}.onnx",
            "--data", str(data_set(data, args.data, out)), "--samples", str(args.samples),
            "--task", task, "--test-samples", str(samples), "--target", f"{SCORES[task]} -{args.loss}",
            "--weights", args.weights, "--budget", str(args.budget), "--json", "-o", str(out / f"{network}.onnx"),
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=sys.stderr, text=True, check=False)
        if done.returncode not in (0, 4):
            return f"| {network} | failed with code {done.returncode} |"
        facts = json.loads(done.stdout)
        facts["seconds"] = time.time() - began
        result.write_text(json.dumps(facts))
    return row(network, samples, SCORES[task], json.loads(result.read_text()))


def row(network, samples, score, facts):
    narrow = [e for e in facts["evaluated"] if e["stage"] == "all int8"]
    best = facts["best"]["measures"]
    shares = " / ".join(f"{100 * best[k]:.1f}" for k in ("int8", "int16", "float"))
    before = f"{100 * narrow[0]['measures'][score]:.2f}" if narrow else "–"
    reached = ("yes" if facts["best"]["shortfall"] <= 0 else "no") + (", time was up" if facts["late"] else "")
    lines = "; ".join(s["recipe"] for s in facts["steps"][:3]) + ("; …" if len(facts["steps"]) > 3 else "")
    return (
        f"| {network} | {samples} | {score} | {100 * facts['float'][score]:.2f} | {before} | {100 * best[score]:.2f} "
        f"| {reached} | {shares} | {len(facts['evaluated'])} | {facts['seconds']:.0f} | {lines or 'none'} |"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--only", default=",".join(NETWORKS))
    parser.add_argument("--budget", type=float, default=600)
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--test-samples", type=int, default=100)
    parser.add_argument("--loss", type=float, default=0.5)
    parser.add_argument("--weights", default="per-tensor")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    print(
        "| network | test samples | score | float | 8 bits | kept | reached | MACs int8 / int16 / float % "
        "| measured | seconds | recipe |"
    )
    print("|" + "---|" * 11)
    for network in args.only.split(","):
        print(tune(network, args, args.out.resolve()), flush=True)


if __name__ == "__main__":
    main()
