#!/usr/bin/env python3
"""Whether top-1 of Octavo and of the peer differ by more than chance: paired tests on the CIFAR-10 pictures, as Markdown.

    venv/bin/python paired.py --data DATA --sets 8 --networks resnet20 --out target/paired

Every set calibrates both on the same 100 training pictures, every 20th of the 2,000, beginning elsewhere for each set. Tables:

* per configuration, pictures that only one of two decides rightly, and McNemar's exact test (two-sided);
* all configurations of a network together: each picture's difference is summed over its configurations, for these share
  pictures and weights and are no independent trials; the signs of the sums are then flipped at random (20,000 times);
* with several sets, top-1 of each set: mean, standard deviation over the sets, and the test for the mean of the paired
  differences being 0 (by flipping signs of sets, exact).
"""
import argparse
import itertools
import json
import math
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import onnxruntime

from compare import row
from pictures import Pictures
from run_peer import networks, script

RULES = {"minmax": "min-max", "percentile": "percentile"}
FLIPS = 20_000


def mcnemar(ours, other):
    """Pictures only ours decides rightly, only the other; the probability of a split at least as uneven by chance."""
    b, c = int((ours & ~other).sum()), int((~ours & other).sum())
    n, k = b + c, min(b, c)
    tail = sum(math.comb(n, i) for i in range(k + 1)) / 2**n if n else 1
    return b, c, min(1.0, 2 * tail)


def flipped(differences):
    """The probability of a sum as far from 0 if every picture's sign were a coin's."""
    d = differences[differences != 0].astype(np.float64)
    signs = np.random.default_rng(1).integers(0, 2, (FLIPS, len(d)), np.int8) * 2 - 1
    return (1 + int((np.abs(signs @ d) >= abs(d.sum()) - 1e-9).sum())) / (FLIPS + 1)


def flipped_sets(differences):
    """The same for a few sets, over all combinations of signs."""
    d = np.array(differences)
    sums = [abs(sum(s * x for s, x in zip(signs, d))) for signs in itertools.product((-1, 1), repeat=len(d))]
    return float(np.mean(np.array(sums) >= abs(d.sum()) - 1e-9))


class Test:
    """The test pictures, decoded once."""

    def __init__(self, images):
        pictures = Pictures(images)
        self.tensors = [pictures.tensor(i) for i in range(len(pictures))]
        self.labels = np.array(pictures.labels)

    def right(self, model):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return np.array([session.run(None, {name: t})[0].argmax() for t in self.tensors]) == self.labels


def calibration_set(images, target, offset, step=20):
    with zipfile.ZipFile(images) as source, zipfile.ZipFile(target, "w") as out:
        names = sorted(n for n in source.namelist() if n.lower().endswith((".jpg", ".png")))
        for n in names[offset::step]:
            out.writestr(n, source.read(n))


def models(args, name, model, number, images):
    """Peer's and Octavo's models of one calibration set, by configuration."""
    folder = args.out / f"set{number}"
    folder.mkdir(exist_ok=True)
    zipped = folder / "pictures.zip"
    calibration_set(images, zipped, number * args.stride)
    yaml = folder / "data.yaml"
    yaml.write_text(
        f"images: {zipped.resolve()}\nlabels: folders\n"
        "preprocess: { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375], order: RGB, layout: NCHW }\n",
        encoding="utf-8",
    )
    found = {}
    for weights in ("per-tensor", "per-channel"):
        target = folder / f"{name}.{weights}.onnx"
        command = [args.octavo, "quantize", model, "--data", yaml, "--weights", weights, "--range", ",".join(RULES.values()), "--quiet", *args.options.split(), "-o", target]
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
        for method, rule in RULES.items():
            peer = folder / f"{name}.{weights}.{method}.peer.onnx"
            if not peer.exists():
                script("peer_quantize.py", model, "--images", zipped, "--samples", 100, "--pick", "spread", "--method", method, "--weights", weights, "--out", peer)
            found[weights, rule] = (peer, target.with_name(f"{name}.{weights}.{rule}.onnx"))
    return found


def single(name, right, lines):
    for key, (exact, peer, ours) in right.items():
        cells = [f"{b} : {c} (p = {p:.2f})" for b, c, p in (mcnemar(ours, peer), mcnemar(ours, exact), mcnemar(peer, exact))]
        lines.append(row([name, *key, f"{100 * peer.mean():.2f} / {100 * ours.mean():.2f}", *cells]))
    for what, (a, b) in {"Octavo − peer": (2, 1), "Octavo − float": (2, 0), "peer − float": (1, 0)}.items():
        d = sum(r[a].astype(int) - r[b].astype(int) for r in right.values())
        lines.append(row([name, "all", what, f"{100 * d.mean() / len(right):+.3f} points", f"p = {flipped(d):.2f}", "", ""]))


def several(name, tops, lines):
    for key, t in tops.items():
        exact, peer, ours = np.array(t).T * 100
        lines.append(row([name, *key, len(t), *(f"{x.mean():.2f} ± {x.std(ddof=1):.2f}" for x in (peer, ours)), f"{(ours - peer).mean():+.2f}", f"{flipped_sets(ours - peer):.2f}", f"{exact[0]:.2f}"]))
    d = np.mean([np.array(t)[:, 2] - np.array(t)[:, 1] for t in tops.values()], 0) * 100
    lines.append(row([name, "all", "mean", len(d), "", "", f"{d.mean():+.2f}", f"{flipped_sets(d):.2f}", ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds cifar10/")
    parser.add_argument("--octavo", type=Path, default=Path(__file__).resolve().parents[2] / "octavo")
    parser.add_argument("--out", type=Path, default=Path("target/paired"))
    parser.add_argument("--networks", default="resnet", help="only networks whose name contains this")
    parser.add_argument("--sets", type=int, default=1)
    parser.add_argument("--stride", type=int, default=2, help="by how many pictures one set begins later than the last")
    parser.add_argument("--options", default="", help="further options for octavo quantize")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    test = Test(args.data / "cifar10" / "test_even5000_jpg.zip")
    first, spread = [], []
    for name, model, _, _ in networks(args.data):
        if args.networks not in name or "cifar" not in name:
            continue
        exact, tops = test.right(model), {}
        for number in range(args.sets):
            found = models(args, name, model, number, args.data / "cifar10" / "train2000_jpg.zip")
            right = {key: (exact, test.right(p), test.right(o)) for key, (p, o) in found.items()}
            if number == 0:
                single(name, right, first)
            for key, r in right.items():
                tops.setdefault(key, []).append([x.mean() for x in r])
        (args.out / f"{name}.json").write_text(json.dumps({" ".join(k): v for k, v in tops.items()}), encoding="utf-8")
        if args.sets > 1:
            several(name, tops, spread)
    print(row(["network", "weights", "range", "top-1, peer / Octavo", "only Octavo : only peer", "only Octavo : only float", "only peer : only float"]))
    print("|---" * 7 + "|\n" + "\n".join(first))
    if spread:
        print("\n" + row(["network", "weights", "range", "sets", "peer", "Octavo", "difference", "p", "float"]))
        print("|---" * 9 + "|\n" + "\n".join(spread))


if __name__ == "__main__":
    main()
