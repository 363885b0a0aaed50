"""Trains the classifier of the embedded sample and writes it as ONNX.

Run from the root of the repository, with a JDK 17 or newer on the PATH:

    python3 -m venv venv
    venv/bin/pip install torch onnx onnxruntime numpy
    venv/bin/python tools/sample/train.py --work build-sample --out sample-mobilenet.onnx

The pictures are drawn by the project's own generator, which this script compiles and runs. Prints the
accuracy on the test split in PyTorch and in ONNX Runtime and fails if they disagree. Everything is
seeded; still, another machine or another torch sums in another order and trains another network.
"""

import argparse
import hashlib
import pathlib
import platform
import subprocess
import time

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from network import CLASSES, SIDE, SampleNet, to_onnx

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = "octavo-tasks/src/main/java/dev/octavo/tasks/sample"
DUMP = "octavo-tasks/src/test/java/dev/octavo/tasks/sample/SampleDump.java"
MEAN = torch.tensor([123.675, 116.28, 103.53]).view(1, 3, 1, 1)
STD = torch.tensor([58.395, 57.12, 57.375]).view(1, 3, 1, 1)


def draw_pictures(work, split, count):
    """Draws one split with the Java generator: pictures [count, H, W, 3] and labels [count]."""
    classes = work / "classes"
    # package-info.java needs an annotation from a jar and compiles to nothing that is needed here
    sources = sorted(str(p) for p in (ROOT / SOURCES).glob("[A-Z]*.java"))
    subprocess.run(["javac", "-d", str(classes), *sources, str(ROOT / DUMP)], check=True)
    subprocess.run(["java", "-cp", str(classes), "dev.octavo.tasks.sample.SampleDump",
                    str(work), split, str(count)], check=True)
    pictures = np.fromfile(work / f"{split}.rgb", np.uint8).reshape(count, SIDE, SIDE, 3)
    labels = np.fromfile(work / f"{split}.labels", np.uint8)
    assert np.bincount(labels, minlength=CLASSES).min() == count // CLASSES
    return torch.from_numpy(pictures), torch.from_numpy(labels.astype(np.int64))


def preprocess(pictures):
    """[N, H, W, 3] bytes to [N, 3, H, W] floats: (pixel - mean) / std."""
    return (pictures.permute(0, 3, 1, 2).float() - MEAN) / STD


def mirrored(pictures, generator):
    """Turns and mirrors each batch in one of eight ways; no class depends on the direction."""
    way = int(torch.randint(8, (1,), generator=generator))
    pictures = torch.rot90(pictures, way % 4, (1, 2))
    return pictures.flip(2) if way >= 4 else pictures


def train(net, pictures, labels, options):
    generator = torch.Generator().manual_seed(options.seed)
    steps = len(labels) // options.batch
    optimizer = torch.optim.AdamW(net.parameters(), lr=options.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.rate, total_steps=steps * options.epochs, pct_start=0.25)
    loss_of = nn.CrossEntropyLoss()
    begin = time.time()
    for epoch in range(options.epochs):
        net.train()
        order = torch.randperm(len(labels), generator=generator)
        total = 0.0
        for step in range(steps):
            rows = order[step * options.batch:(step + 1) * options.batch]
            x = preprocess(mirrored(pictures[rows], generator))
            loss = loss_of(net(x.contiguous(memory_format=torch.channels_last)), labels[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / steps:.4f}, {time.time() - begin:.0f} s", flush=True)


def predict_torch(net, pictures):
    net.eval()
    with torch.no_grad():
        return torch.cat([net(preprocess(part)) for part in pictures.split(250)]).numpy()


def predict_onnx(model, pictures):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"])
    begin = time.time()
    logits = [session.run(["logits"], {"input": preprocess(part).contiguous().numpy()})[0]
              for part in pictures.split(50)]
    seconds = time.time() - begin
    print(f"ONNX Runtime: {1000 * seconds / len(pictures):.2f} s per 1000 pictures")
    return np.concatenate(logits)


def report(net, model, pictures, labels):
    """Prints both accuracies and fails unless they are equal and the logits are close."""
    ours, theirs = predict_torch(net, pictures), predict_onnx(model, pictures)
    hits_torch = int((ours.argmax(1) == labels.numpy()).sum())
    hits_onnx = int((theirs.argmax(1) == labels.numpy()).sum())
    gap = float(np.abs(ours - theirs).max())
    print(f"test accuracy: PyTorch {hits_torch}/{len(labels)}, ONNX Runtime {hits_onnx}/{len(labels)}, "
          f"largest logit difference {gap:.2e}")
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (labels.numpy(), theirs.argmax(1)), 1)
    print("rows: truth, columns: prediction\n", confusion)
    assert hits_torch == hits_onnx and gap < 1e-3


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for pictures")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the ONNX file to write")
    parser.add_argument("--train-count", type=int, default=40_000)
    parser.add_argument("--test-count", type=int, default=2_000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def main():
    options = parse_options()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    print(f"python {platform.python_version()}, torch {torch.__version__}, onnx {onnx.__version__}, "
          f"onnxruntime {onnxruntime.__version__}, numpy {np.__version__}")
    net = SampleNet().to(memory_format=torch.channels_last)
    print(f"{sum(p.numel() for p in net.parameters())} parameters")
    train(net, *draw_pictures(options.work, "train", options.train_count), options)
    model = to_onnx(net)
    report(net, model, *draw_pictures(options.work, "test", options.test_count))
    data = model.SerializeToString()
    options.out.write_bytes(data)
    print(f"{options.out}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
