#!/usr/bin/env python3
"""The rows of the data-free quantization project, for each task and network at hand, executed in int8.

    python3 octavo-bench/tasks/ladder.py --data $OCTAVO_DATA --out target/rows [--only NETWORK] [--weights per-tensor]

A row is a recipe in docs/recipes/data-free, used as it stands; its FP32 cell is the network that its rewrites leave, all of
it in float (--keep-float '*'). Its int8 cells are executed with everything in integers (--objective size): calibrated by
batch-norm statistics where the network has them (--data-free) and by 50 pictures, with a grid per weight tensor, as that
project has, and with one per channel (--weights). Every cell is one `octavo quantize` and one `octavo evaluate` on all
pictures. Prints Markdown. A cell that is there already is not computed again: remove --out to start anew.
"""
import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = 50
IMAGENET = (["123.675", "116.28", "103.53"], ["58.395", "57.12", "57.375"])
INCEPTION = (["127.5"], ["127.5"])

# row -> recipe, in the order of that project's tables
ROWS = {
    "Original": "original",
    "+ReLU": "relu",
    "+ReLU+LE": "relu-le",
    "+LE": "le",
    "+BC": "bc",
    "+BC +clip_15": "bc-clip15",
    "+ReLU+BC": "relu-bc",
    "+ReLU+BC +clip_15": "relu-bc-clip15",
    "+LE+BC": "le-bc",
    "+ReLU+LE+BC": "relu-le-bc",
}
# recipes that rewrite nothing: their FP32 is the network's own
AS_IT_IS = {"original", "bc"}
# on a network without upper limits, where there is no ReLU6 to replace: a row that is another one, rows that say nothing new
WITHOUT_LIMITS = {"relu": "original"}
NOTHING_NEW = {"le", "relu-bc", "relu-bc-clip15"}

MOBILENET = "MobileNetV2, ImageNet"
SEGMENTED = "DeepLabV3+ MobileNetV2, VOC 2012"
DETECTED = "SSDLite MobileNetV2, VOC 2012 / 2007 metric"
# that project's figures, FP32 and Int8* (simulated), as published
PUBLISHED = {
    MOBILENET: {
        "Original": ("71.81", "0.10"), "+ReLU": ("71.78", "0.10"), "+ReLU+LE": ("71.78", "70.32"), "+BC": ("", "57.07"),
        "+BC +clip_15": ("", "65.37"), "+ReLU+LE+BC": ("", "70.79"),
    },
    "ResNet-18, ImageNet": {
        "Original": ("69.76", "69.13"), "+ReLU": ("69.76", "69.13"), "+ReLU+LE": ("69.76", "69.20"), "+BC": ("", "69.04"),
        "+BC +clip_15": ("", "69.04"), "+ReLU+LE+BC": ("", "69.04"),
    },
    SEGMENTED: {
        "Original": ("70.81", "60.03"), "+ReLU": ("70.72", "60.00"), "+ReLU+LE": ("70.72", "66.22"),
        "+ReLU+BC": ("", "69.04"), "+ReLU+BC +clip_15": ("", "66.99"), "+ReLU+LE+BC": ("", "69.46"),
    },
    DETECTED: {
        "Original": ("70.77 / 60.69", "70.46 / 60.54"), "+ReLU": ("67.49 / 57.84", "67.22 / 57.21"),
        "+ReLU+LE": ("67.49 / 57.84", "67.58 / 57.63"), "+BC": ("", "70.47 / 60.48"),
        "+BC +clip_15": ("", "70.71 / 60.68"), "+ReLU+LE+BC": ("", "68.09 / 58.09"),
    },
}


class Network:
    """A model, what it is scored on and by, and how its input was made, for runs without data."""

    def __init__(self, folder, model, task, keys, beside, preprocess=None, flags=(), limits=False):
        self.folder, self.model, self.task, self.keys, self.beside = folder, model, task, keys, beside
        self.preprocess, self.flags, self.limits = preprocess, list(flags), limits

    def recipe(self, name):
        return name if self.limits else WITHOUT_LIMITS.get(name, name)

    def yaml(self, data, out):
        file = out / f"{self.folder}-{'inception' if self.preprocess == INCEPTION else 'data'}.yaml"
        if self.preprocess is None:
            name = "detection" if self.task == "detection" else "segmentation"
            text = (ROOT / f"octavo-bench/tasks/voc-{name}.yaml").read_text().replace("DATA", data)
        else:
            mean, std = (", ".join(v) for v in self.preprocess)
            crop, images, labels = {
                "imagenet": ("center-crop: 224, ", "images_even500.zip",
                             f"{{ csv: {data}/imagenet/labels_even500.csv, file: file, class: class_index }}"),
                "cifar10": ("", "test_even5000_jpg.zip", "folders"),
            }[self.folder]
            text = (f"images: {data}/{self.folder}/{images}\nlabels: {labels}\n"
                    f"preprocess: {{ {crop}mean: [{mean}], std: [{std}] }}\n")
        file.write_text(text)
        return file

    def without_data(self):
        if self.preprocess is None:
            return self.flags
        return ["--mean", ",".join(self.preprocess[0]), "--std", ",".join(self.preprocess[1])]


TOP1, MIOU, MAP = ["top1"], ["miou"], ["mapArea", "mapElevenPoint"]
SCORED = {"top1": "top-1 %", "miou": "mIoU %", "mapArea": "mAP % of 2012 (area)", "mapElevenPoint": "of 2007 (11-point)"}
NETWORKS = {
    n.model: n for n in [
        Network("imagenet", "mobilenet_v2_1.0_unbalanced_224", "classification", TOP1, MOBILENET, IMAGENET),
        Network("imagenet", "mobilenet_v2_1.0_224", "classification", TOP1, None, IMAGENET, limits=True),
        Network("imagenet", "mobilenet_v1_0.25_224", "classification", TOP1, None, INCEPTION, limits=True),
        Network("imagenet", "squeezenet_1.1", "classification", TOP1, None, IMAGENET),
        Network("cifar10", "resnet20_cifar10", "classification", TOP1, "ResNet-18, ImageNet", IMAGENET),
        Network("voc_segmentation", "deeplabv3_mobilenet_v2_voc", "segmentation", MIOU, SEGMENTED,
                flags=["--mean", "127.5", "--std", "127.5"], limits=True),
        Network("voc_detection", "mobilenetv2_yolov3_nano_voc", "detection", MAP, DETECTED, flags=["--scale", "1/255"]),
    ]
}


def octavo(*command):
    return subprocess.run([str(ROOT / "octavo"), *map(str, command)], capture_output=True, text=True)


class Cells:
    """One network's cells."""

    def __init__(self, network, args, out):
        self.network, self.out = network, out
        self.model = f"{args.data}/{network.folder}/{network.model}.onnx"
        self.yaml = network.yaml(args.data, out)
        self.refusal = self.refuses()

    def refuses(self):
        """What the tool says when it can do nothing without data."""
        done = octavo("quantize", self.model, "--data-free", *self.network.without_data(), "--quiet", "-o",
                      self.out / f"{self.network.model}.no-data.onnx")
        return "" if done.returncode == 0 else done.stderr.strip().splitlines()[0].removeprefix("octavo: ")

    def cell(self, recipe, source, weights):
        """The scores of one row in one column."""
        name = f"{self.network.model}.{recipe}.{source}.{weights}".replace(" ", "-")
        kept, model = self.out / f"{name}.json", self.out / f"{name}.onnx"
        if kept.exists():
            return json.loads(kept.read_text())
        command = ["quantize", self.model, "--recipe", ROOT / f"docs/recipes/data-free/{recipe}.yaml", "--quiet"]
        command += ["--keep-float", "*"] if weights == "float" else ["--weights", weights, "--objective", "size"]
        command += (["--data-free", *self.network.without_data()] if source == "no data"
                    else ["--data", self.yaml, "--samples", SAMPLES])
        made = octavo(*command, "-o", model)
        scored = made if made.returncode else octavo(
            "evaluate", model, "--task", self.network.task, "--data", self.yaml, "--json", "--quiet")
        if scored.returncode:
            raise SystemExit(f"{name}: {scored.stderr}")
        result = json.loads(scored.stdout)
        kept.write_text(json.dumps(result))
        return result


    def own(self):
        """The scores of the network as it is."""
        kept = self.out / f"{self.network.model}.json"
        if not kept.exists():
            scored = octavo("evaluate", self.model, "--task", self.network.task, "--data", self.yaml, "--json", "--quiet")
            if scored.returncode:
                raise SystemExit(scored.stderr)
            kept.write_text(scored.stdout)
        return json.loads(kept.read_text())


def percent(result, keys):
    return " / ".join(f"{100 * result[k]:.2f}" for k in keys)


def table(cells, network, weights, args):
    keys = network.keys
    sources = ([] if cells.refusal else ["no data"]) + [f"{SAMPLES} pictures"]
    published = PUBLISHED.get(network.beside, {})
    columns = ["FP32"] + [f"int8, {w}, {s}" for w in weights for s in sources]
    columns += [f"{network.beside}: FP32", "Int8*"] if published else []
    print(f"\n**{network.model}**, {network.task}, {', '.join(SCORED[k] for k in keys)}\n")
    if cells.refusal:
        print(f"Without data it is refused: *{cells.refusal}*\n")
    print("| row | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
    for row, name in ROWS.items():
        if (args.rows and row not in args.rows) or (not network.limits and name in NOTHING_NEW):
            continue
        recipe = network.recipe(name)
        real = cells.own() if recipe in AS_IT_IS else cells.cell(recipe, sources[0], "float")
        values = [percent(cells.cell(recipe, s, w), keys) for w in weights for s in sources]
        theirs = list(published.get(row, ("", ""))) if published else []
        print(f"| {row} | " + " | ".join([percent(real, keys), *values, *theirs]) + " |", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--only", action="append", choices=list(NETWORKS))
    p.add_argument("--rows", action="append", choices=list(ROWS))
    p.add_argument("--weights", action="append", choices=["per-tensor", "per-channel"])
    args = p.parse_args()
    args.data = str(pathlib.Path(args.data).resolve())
    out = pathlib.Path(args.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    for name, network in NETWORKS.items():
        if not args.only or name in args.only:
            table(Cells(network, args, out), network, args.weights or ["per-tensor", "per-channel"], args)


if __name__ == "__main__":
    sys.exit(main())
