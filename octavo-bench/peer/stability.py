#!/usr/bin/env python3
"""How stable the placement of integers is: repeated cold decisions, with and without other work on the machine.

    venv/bin/python stability.py --data DATA --repeats 8 --loads 0,2,4 --out target/stability

Every run starts with an empty memory of costs, so that it measures and decides anew. A load of N is N processes that each
work and rest by turns, for 20 to 400 ms at a time, over arrays larger than the caches. The placement is read off the
exported model: which nodes lie between integers, and the form of the network. The models of all placements that occurred
are afterwards raced in turn by latency.py, without load, and compared with the float network on pictures. Two placements
are equivalent if their times with one thread differ by less than 5 % and their Kullback-Leibler divergences from float by
less than 15 %. (With two threads the race itself needs a quiet machine, so those times are only shown.) Several launchers, separated by commas, take turns: to compare two versions.
"""
import argparse
import collections
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from multiprocessing import Event, Process
from pathlib import Path

import numpy as np
import onnx

from compare import data_file, softmax
from run_peer import networks, script


def work(stop, seed):
    """Somebody else's work, in bursts."""
    random.seed(seed)
    big = np.random.default_rng(seed).standard_normal(4_000_000, np.float32)
    while not stop.is_set():
        until = time.perf_counter() + random.uniform(0.02, 0.4)
        while time.perf_counter() < until:
            big[:] = big * 0.999 + 0.001
        time.sleep(random.uniform(0.02, 0.4))


class Load:
    """So many others on the machine, for as long as this is open."""

    def __init__(self, others):
        self.stop = Event()
        self.processes = [Process(target=work, args=(self.stop, i), daemon=True) for i in range(others)]

    def __enter__(self):
        for p in self.processes:
            p.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for p in self.processes:
            p.join()


def decide(octavo, model, yaml, target):
    """One cold run; seconds it took."""
    with tempfile.TemporaryDirectory() as memory:
        began = time.perf_counter()
        command = [octavo, "quantize", model, "--data", yaml, "--samples", "8", "--range", "min-max", "--quiet", "-o", target]
        subprocess.run(list(map(str, command)), check=True, env={**os.environ, "OCTAVO_CACHE": memory}, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began


def placement(path):
    """The nodes of the exported model, by name of output, that give what is quantized and read what was."""
    graph = onnx.load(path).graph
    dequantized = {o for n in graph.node if n.op_type == "DequantizeLinear" for o in n.output}
    kinds = ("Conv", "Gemm", "MatMul", "Add", "MaxPool", "AveragePool", "GlobalAveragePool", "Concat", "Mul")
    integer = []
    for n in graph.node:
        weight = n.op_type in ("Conv", "Gemm", "MatMul") and len(n.input) > 1
        if n.op_type in kinds and all(i in dequantized for i in (n.input[:2] if weight else n.input)):
            integer.append(f"{n.op_type} {n.output[0]}")
    shapes = [f"{i.name}{list(i.dims)}" for i in graph.initializer if len(i.dims) == 4]
    return tuple(integer), tuple(sorted(shapes)), len(graph.node)


def divergence(args, models, evaluation):
    """Mean Kullback-Leibler divergence from the float network, the first model, on some pictures."""
    scores = []
    for i, m in enumerate(models):
        script("evaluate.py", m, *evaluation, "--limit", args.pictures, "--scores", args.out / f"scores{i}.npy")
        scores.append(softmax(np.load(args.out / f"scores{i}.npy").astype(np.float64)))
    return [float((scores[0] * (np.log(scores[0] + 1e-12) - np.log(q + 1e-12))).sum(1).mean()) for q in scores[1:]]


def study(args, name, model, calibration, evaluation):
    yaml = data_file(args.out, name, calibration)
    seen, runs = {}, collections.defaultdict(list)
    for load in args.loads:
        with Load(load):
            for _, (version, octavo) in itertools.product(range(args.repeats), enumerate(args.octavo)):
                target = args.out / "now.onnx"
                seconds = decide(octavo, model, yaml, target)
                key = placement(target)
                if key not in seen:
                    seen[key] = args.out / f"{name}.{len(seen)}.onnx"
                    shutil.copy(target, seen[key])
                runs[f"{load} {version}"].append((list(seen).index(key), seconds))
                print(name, load, version, runs[f"{load} {version}"][-1], os.getloadavg()[0], file=sys.stderr, flush=True)
    models = list(seen.values())
    evaluation = [a for a in evaluation if a not in ("--calibration", 100)]
    kl = divergence(args, [model, *models], evaluation)
    time_of = {t: script("latency.py", model, *models, "--threads", t, "--runs", args.runs)["models"] for t in (1, 2)}
    gain = [[m[0]["quarter_ms"] / m[i + 1]["quarter_ms"] for m in time_of.values()] for i in range(len(models))]
    return {"network": name, "runs": runs, "integer": [len(k[0]) for k in seen], "kl": kl, "gain": gain}


def row(cells):
    return "| " + " | ".join(map(str, cells)) + " |"


def equivalent(r, i, j):
    return i == j or (abs(r["gain"][i][0] / r["gain"][j][0] - 1) < 0.05 and abs(r["kl"][i] / r["kl"][j] - 1) < 0.15)


def report(results):
    print(row(["network", "others, version", "most frequent", "equivalent to it", "KL, least to most", "float ÷ this with 1 and 2 threads, least to most", "seconds, median"]))
    print("|---" * 7 + "|")
    for r in results:
        for key, runs in r["runs"].items():
            chosen = [i for i, _ in runs]
            common, count = collections.Counter(chosen).most_common(1)[0]
            like = sum(equivalent(r, i, common) for i in chosen)
            kl = [r["kl"][i] for i in chosen]
            gains = [f"{min(r['gain'][i][t] for i in chosen):.2f}–{max(r['gain'][i][t] for i in chosen):.2f}" for t in (0, 1)]
            print(row([r["network"], key, f"{count} of {len(chosen)} (no. {common})", f"{like} of {len(chosen)}", f"{min(kl):.4f}–{max(kl):.4f}", ", ".join(gains), f"{np.median([s for _, s in runs]):.1f}"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds imagenet/ and cifar10/")
    parser.add_argument("--octavo", type=lambda t: t.split(","), default=[str(Path(__file__).resolve().parents[2] / "octavo")], help="one launcher, or several separated by commas")
    parser.add_argument("--out", type=Path, default=Path("target/stability"))
    parser.add_argument("--only", default="", help="only networks whose name contains one of these, separated by commas")
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--loads", type=lambda t: [int(n) for n in t.split(",")], default=[0, 2, 4])
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--runs", type=int, default=100)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    results = []
    for name, model, calibration, evaluation in networks(args.data):
        if any(part in name for part in args.only.split(",")):
            calibration = [a for a in calibration if a not in ("--pick", "spread")]
            results.append(study(args, name, model, calibration, evaluation))
            (args.out / "stability.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    report(results)


if __name__ == "__main__":
    main()
