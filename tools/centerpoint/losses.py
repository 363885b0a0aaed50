"""CenterPoint's targets and losses (Yin et al., "Center-based 3D Object Detection and Tracking", CVPR 2021)."""

import numpy as np
import torch

from network import BRANCHES, CELL, HEADS, LEAST, MAP
from scenes import CLASSES

OVERLAP = 0.1
MIN_RADIUS = 1
STANDING = 0.3  # metres per second: below it front and back of a simulated box look alike
WEIGHTS = {"center": 1.0, "center_z": 1.0, "dim": 1.0, "rot": 1.0, "vel": 0.4}
LOCATION = 0.25


def radius(height, width):
    """The largest shift of a box, in cells, that keeps OVERLAP with itself: the least of three cases' roots."""
    o = OVERLAP
    cases = [(1, height + width, width * height * (1 - o) / (1 + o)),
             (4, 2 * (height + width), (1 - o) * width * height),
             (4 * o, -2 * o * (height + width), (o - 1) * width * height)]
    return min((b + np.sqrt(b * b - 4 * a * c)) / 2 for a, b, c in cases)


# The cells around a centre predict its box too, and weigh less.
AROUND = [(0, 0, 1.0), (0, 1, 0.5), (1, 0, 0.5), (0, -1, 0.5), (-1, 0, 0.5),
          (1, 1, 0.25), (1, -1, 0.25), (-1, 1, 0.25), (-1, -1, 0.25)]


def targets(boxes):
    """Per head: the heat map; per cell that predicts a box the cell, its weight, the values [n, 10], what stands still."""
    out = []
    for classes in HEADS:
        heat = np.zeros((len(classes), MAP, MAP), dtype=np.float32)
        mine = [b for b in boxes if CLASSES[int(b[9])] in classes]
        taken, values = {}, []
        for b in mine:
            u, v = (b[0] - LEAST[0]) / CELL, (b[1] - LEAST[1]) / CELL
            column, row = int(np.floor(u)), int(np.floor(v))
            if not (0 <= column < MAP and 0 <= row < MAP):
                continue
            draw(heat[classes.index(CLASSES[int(b[9])])], column, row,
                 max(MIN_RADIUS, int(radius(b[3] / CELL, b[4] / CELL))))
            for down, right, weight in AROUND:
                r, c = row + down, column + right
                if 0 <= r < MAP and 0 <= c < MAP and taken.get(r * MAP + c, (0,))[0] < weight:
                    taken[r * MAP + c] = (weight, len(values))
                    values.append([u - c, v - r, b[2], *np.log(b[3:6]), np.cos(b[6]), np.sin(b[6]), b[7], b[8]])
        cells = torch.tensor(list(taken), dtype=torch.int64)
        weights = torch.tensor([w for w, _ in taken.values()])
        kept = np.array([values[i] for _, i in taken.values()], dtype=np.float32).reshape(-1, 10)
        standing = np.hypot(kept[:, 8], kept[:, 9]) < STANDING
        out.append((torch.from_numpy(heat), cells, weights, torch.from_numpy(kept), torch.from_numpy(standing)))
    return out


def draw(heat, column, row, r):
    sigma = (2 * r + 1) / 6
    ys, xs = np.ogrid[-r:r + 1, -r:r + 1]
    bump = np.exp(-(xs * xs + ys * ys) / (2 * sigma * sigma)).astype(np.float32)
    top, bottom = min(row, r), min(MAP - row, r + 1)
    left, right = min(column, r), min(MAP - column, r + 1)
    view = heat[row - top:row + bottom, column - left:column + right]
    np.maximum(view, bump[r - top:r + bottom, r - left:r + right], out=view)


def focal(logits, heat):
    """Penalty-reduced focal loss, summed, divided by the number of centres."""
    p = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    at = (heat == 1).float()
    found = torch.log(p) * (1 - p) ** 2 * at
    other = torch.log(1 - p) * p ** 2 * (1 - heat) ** 4 * (1 - at)
    return -(found.sum() + other.sum()) / at.sum().clamp(min=1)


def loss(outputs, wanted):
    """The total, the heat maps' part, and the boxes' part."""
    heat_loss, box_loss = torch.zeros(()), torch.zeros(())
    for maps, (heat, cells, weights, values, standing) in zip(outputs, wanted):
        heat_loss = heat_loss + focal(maps["hm"][0], heat)
        if not len(cells):
            continue
        at = 0
        for name, width in BRANCHES[:-1]:
            got, aim = maps[name][0].flatten(1)[:, cells].t(), values[:, at:at + width]
            at += width
            far = (got - aim).abs().sum(1)
            if name == "rot":  # of two equal ends take the nearer
                far = torch.where(standing, torch.minimum(far, (got + aim).abs().sum(1)), far)
            far = torch.where(torch.isfinite(far), far, torch.zeros(()))
            box_loss = box_loss + WEIGHTS[name] * (weights * far).sum() / weights.sum()
    return heat_loss + LOCATION * box_loss, float(heat_loss.detach()), float(box_loss.detach())
