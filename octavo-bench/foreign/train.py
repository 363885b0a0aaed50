#!/usr/bin/env python3
"""Train a small CIFAR-10 network of parts that the published ones lack, and write it as ONNX twice.

PReLU with a slope per channel, batch normalisation behind the activation, grouped convolutions with channel shuffle, channels
split and joined, squeeze and excitation with HardSigmoid, HardSwish, a transposed convolution and two heads. A published
network teaches it (its outputs are the targets), for the pictures at hand are few.

    venv/bin/pip install torch onnx onnxscript onnxruntime numpy pillow
    venv/bin/python octavo-bench/foreign/train.py --data $OCTAVO_DATA --epochs 40 --out FOLDER
"""
import argparse
import io
import time
import zipfile
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

MEAN = torch.tensor([123.675, 116.28, 103.53]).view(1, 3, 1, 1)
STD = torch.tensor([58.395, 57.12, 57.375]).view(1, 3, 1, 1)


def pictures(file):
    with zipfile.ZipFile(file) as z:
        names = sorted(n for n in z.namelist() if n.endswith((".jpg", ".png")))
        classes = sorted({n.split("/")[-2] for n in names})
        x = np.stack([np.asarray(Image.open(io.BytesIO(z.read(n))).convert("RGB")) for n in names])
        y = np.array([classes.index(n.split("/")[-2]) for n in names])
    return torch.from_numpy(x).permute(0, 3, 1, 2).float(), torch.from_numpy(y)


def shuffle(x, groups):
    n, c, h, w = x.shape
    return x.view(n, groups, c // groups, h, w).transpose(1, 2).reshape(n, c, h, w)


class ActThenNorm(nn.Module):
    """Convolution, activation, and only then batch normalisation."""

    def __init__(self, cin, cout, kernel, act, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups)
        self.act, self.bn = act, nn.BatchNorm2d(cout)

    def forward(self, x):
        return self.bn(self.act(self.conv(x)))


class Squeeze(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.down, self.up = nn.Conv2d(c, c // 4, 1), nn.Conv2d(c // 4, c, 1)

    def forward(self, x):
        return x * F.hardsigmoid(self.up(F.relu(self.down(F.adaptive_avg_pool2d(x, 1)))))


class ShuffleUnit(nn.Module):
    """Residual: grouped 1x1, shuffle, depthwise 3x3, grouped 1x1; PReLU."""

    def __init__(self, c, groups):
        super().__init__()
        self.groups = groups
        self.a, self.na, self.pa = nn.Conv2d(c, c, 1, groups=groups, bias=False), nn.BatchNorm2d(c), nn.PReLU(c)
        self.d, self.nd = nn.Conv2d(c, c, 3, padding=1, groups=c, bias=False), nn.BatchNorm2d(c)
        self.b, self.nb = nn.Conv2d(c, c, 1, groups=groups, bias=False), nn.BatchNorm2d(c)
        self.out = nn.PReLU(c)

    def forward(self, x):
        y = shuffle(self.pa(self.na(self.a(x))), self.groups)
        return self.out(x + self.nb(self.b(self.nd(self.d(y)))))


class SplitUnit(nn.Module):
    """Half of the channels goes by, the other half through HardSwish and squeeze and excitation; joined and shuffled."""

    def __init__(self, c):
        super().__init__()
        h = c // 2
        self.a, self.na = nn.Conv2d(h, h, 1, bias=False), nn.BatchNorm2d(h)
        self.d, self.nd = nn.Conv2d(h, h, 3, padding=1, groups=h, bias=False), nn.BatchNorm2d(h)
        self.se = Squeeze(h)
        self.b, self.nb = nn.Conv2d(h, h, 1, bias=False), nn.BatchNorm2d(h)

    def forward(self, x):
        by, y = x.chunk(2, 1)
        y = F.hardswish(self.na(self.a(y)))
        y = self.se(F.hardswish(self.nd(self.d(y))))
        return shuffle(torch.cat([by, F.leaky_relu(self.nb(self.b(y)), 0.1)], 1), 2)


class Foreign(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = ActThenNorm(3, 32, 3, nn.PReLU(32))
        self.one = nn.Sequential(ShuffleUnit(32, 4), SplitUnit(32))
        self.down1 = ActThenNorm(32, 64, 3, nn.ReLU(), 2, groups=2)
        self.two = nn.Sequential(ShuffleUnit(64, 4), SplitUnit(64), ShuffleUnit(64, 4))
        self.down2 = ActThenNorm(64, 128, 3, nn.PReLU(128), 2, groups=4)
        self.three = nn.Sequential(SplitUnit(128), ShuffleUnit(128, 8))
        self.last = ActThenNorm(128, 192, 1, nn.LeakyReLU(0.1))
        self.up = nn.ConvTranspose2d(192, 32, 2, 2)
        self.side = nn.Conv2d(32, 10, 1)
        self.head = nn.Linear(192, 10)

    def forward(self, x):
        x = self.three(self.down2(self.two(self.down1(self.one(self.stem(x))))))
        x = self.last(x)
        coarse = self.side(F.relu(self.up(x)))
        return self.head(x.mean((2, 3))), coarse


def augmented(x, generator):
    n = len(x)
    padded = F.pad(x, (4, 4, 4, 4), mode="reflect")
    out = torch.empty_like(x)
    at = torch.randint(0, 9, (n, 2), generator=generator)
    flip = torch.rand(n, generator=generator) < 0.5
    for i in range(n):
        p = padded[i, :, at[i, 0] : at[i, 0] + 32, at[i, 1] : at[i, 1] + 32]
        out[i] = p.flip(2) if flip[i] else p
    other = torch.randperm(n, generator=generator)
    share = torch.rand(n, 1, 1, 1, generator=generator) * 0.5
    return out * (1 - share) + out[other] * share


def teacher_of(file):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    return lambda x: torch.from_numpy(session.run(None, {"input": x.numpy()})[0])


def accuracy(net, x, y):
    net.eval()
    with torch.no_grad():
        right = sum((net(x[i : i + 250])[0].argmax(1) == y[i : i + 250]).sum().item() for i in range(0, len(x), 250))
    net.train()
    return 100 * right / len(x)


def export(net, folder):
    net.eval()
    x = torch.zeros(1, 3, 32, 32)
    for name, mode, fold in (
        ("foreign_bn.onnx", torch.onnx.TrainingMode.PRESERVE, False),
        ("foreign_folded.onnx", torch.onnx.TrainingMode.EVAL, True),
    ):
        torch.onnx.export(
            net, (x,), str(folder / name), input_names=["input"], output_names=["logits", "coarse"], opset_version=17,
            dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}, "coarse": {0: "N"}}, training=mode,
            do_constant_folding=fold, dynamo=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(args.seed)
    cifar = args.data / "cifar10"
    x, _ = pictures(cifar / "train2000_jpg.zip")
    more, _ = pictures(cifar / "train_lossless2000_png.zip")
    x = (torch.cat([x, more]) - MEAN) / STD
    tx, ty = pictures(cifar / "test_even5000_jpg.zip")
    tx = (tx - MEAN) / STD
    teach = teacher_of(cifar / "resnet32_cifar10.onnx")
    net = Foreign()
    steps = args.epochs * (len(x) // 64)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, steps)
    args.out.mkdir(parents=True, exist_ok=True)
    began = time.time()
    for epoch in range(args.epochs):
        order = torch.randperm(len(x), generator=generator)
        for i in range(0, len(x) - 63, 64):
            batch = augmented(x[order[i : i + 64]], generator)
            target = F.softmax(teach(batch) / 2, 1)
            logits, coarse = net(batch)
            loss = F.cross_entropy(logits / 2, target) + 0.3 * F.cross_entropy(coarse.mean((2, 3)) / 2, target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        if epoch % 5 == 4 or epoch == args.epochs - 1:
            print(f"epoch {epoch + 1}: top-1 {accuracy(net, tx, ty):.2f} %, {time.time() - began:.0f} s", flush=True)
            export(net, args.out)
            net.train()
    torch.save(net.state_dict(), args.out / "foreign.pt")


if __name__ == "__main__":
    main()
