#!/usr/bin/env python3
"""The whole peer comparison: quantize, evaluate and time every network, weights form and method; one results.json."""
import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
IMAGENET = ["mobilenet_v2_1.0_224", "mobilenet_v1_0.25_224", "squeezenet_1.1"]
CIFAR = ["resnet20_cifar10", "resnet32_cifar10", "resnet56_cifar10"]


def script(name, *arguments):
    """One script in a process of its own: its time and memory are its own."""
    done = subprocess.run([sys.executable, HERE / name, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return {"error": f"{name} ended with {done.returncode}"}
    return json.loads(done.stdout[done.stdout.index("{") :])


def networks(data):
    """Name, model, options for calibration, options for evaluation."""
    imagenet, cifar = data / "imagenet", data / "cifar10"
    for name in IMAGENET:
        source = ["--images", imagenet / "images_even500.zip", "--labels", imagenet / "labels_even500.csv", "--crop", 224]
        if name.startswith("mobilenet_v1"):
            source += ["--mean", 127.5, "--std", 127.5]
        yield name, imagenet / f"{name}.onnx", source, source + ["--calibration", 100]
    for name in CIFAR:
        # sorted order is by class here, so the 100 pictures are spread over the zip
        calibration = ["--images", cifar / "train2000_jpg.zip", "--pick", "spread"]
        yield name, cifar / f"{name}.onnx", calibration, ["--images", cifar / "test_even5000_jpg.zip"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds imagenet/ and cifar10/")
    parser.add_argument("--out", type=Path, default=Path("target/peer"), help="folder for results.json and the exported models")
    parser.add_argument("--only", help="only networks whose name contains this")
    parser.add_argument("--runs", type=int, default=100)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    results = []
    for name, model, calibration, evaluation in networks(args.data):
        if args.only and args.only not in name:
            continue
        result = {"network": name, "float": script("evaluate.py", model, *evaluation), "int8": []}
        exported = []
        for weights in ("per-tensor", "per-channel"):
            for method in ("minmax", "percentile", "entropy"):
                target = args.out / f"{name}.{weights}.{method}.onnx"
                print(target.name, file=sys.stderr, flush=True)
                cost = script("peer_quantize.py", model, *calibration, "--samples", 100, "--method", method, "--weights", weights, "--out", target)
                entry = {"weights": weights, "method": method, "file": target.name, "cost": cost}
                if "error" not in cost:
                    entry["accuracy"] = script("evaluate.py", target, *evaluation)
                    exported.append(target)
                result["int8"].append(entry)
        # the method changes numbers, not the graph: one model of each weights form is enough to time
        timed = [model] + [p for p in exported if p.name.endswith(".minmax.onnx")]
        result["latency"] = [script("latency.py", *timed, "--threads", t, "--runs", args.runs) for t in (1, 2)]
        results.append(result)
        (args.out / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
