r"""Seeded network outputs and the detections that NumPy, straight from the formulas, makes of them.

    python -m venv venv && venv/bin/pip install numpy
    venv/bin/python tools/golden/box_decode.py octavo-tasks/src/test/resources/golden/box-decode
"""

import hashlib
import pathlib
import sys

import numpy as np

WIDTH, HEIGHT = 50, 37  # of the picture
NET_W, NET_H = 64, 48  # it was stretched to
CONFIDENCE, NMS = 0.2, 0.45


def sigmoid(v):
    return 1 / (1 + np.exp(-v))


def finish(boxes, scores, labels):
    """Boxes by corners in pixels of the network's input -> clipped, suppressed, best first."""
    boxes = boxes * np.array([WIDTH / NET_W, HEIGHT / NET_H] * 2)
    boxes[:, 0::2] = boxes[:, 0::2].clip(0, WIDTH)
    boxes[:, 1::2] = boxes[:, 1::2].clip(0, HEIGHT)
    kept = []
    for label in np.unique(labels):
        order = [i for i in np.argsort(-scores, kind="stable") if labels[i] == label]
        while order:
            best, rest = order[0], order[1:]
            kept.append(best)
            order = []
            for i in rest:
                w = min(boxes[best, 2], boxes[i, 2]) - max(boxes[best, 0], boxes[i, 0])
                h = min(boxes[best, 3], boxes[i, 3]) - max(boxes[best, 1], boxes[i, 1])
                both = max(0, w) * max(0, h)
                area = lambda j: (boxes[j, 2] - boxes[j, 0]) * (boxes[j, 3] - boxes[j, 1])
                if both <= NMS * (area(best) + area(i) - both):
                    order.append(i)
    kept.sort(key=lambda i: -scores[i])
    return np.array([[labels[i], scores[i], *boxes[i]] for i in kept])


def corners(cx, cy, w, h):
    return np.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], -1)


def yolo(rng, squared):
    heads, boxes, scores, labels = [], [], [], []
    for rows, columns, anchors, s in ((3, 4, [(30, 20), (12, 25)], 1.1), (6, 8, [(10, 14), (7, 5)], 2.0 if squared else 1.05)):
        raw = rng.normal(0, 1.4, (1, len(anchors) * 8, rows, columns)).astype(np.float32)
        heads.append(raw)
        v = raw[0].astype(np.float64).reshape(len(anchors), 8, rows, columns)
        for a, (aw, ah) in enumerate(anchors):
            for y in range(rows):
                for x in range(columns):
                    t = v[a, :, y, x]
                    cx = (sigmoid(t[0]) * s - (s - 1) / 2 + x) / columns * NET_W
                    cy = (sigmoid(t[1]) * s - (s - 1) / 2 + y) / rows * NET_H
                    w, h = ((2 * sigmoid(t[2:4])) ** 2 if squared else np.exp(t[2:4])) * (aw, ah)
                    for k in range(3):
                        score = sigmoid(t[4]) * sigmoid(t[5 + k])
                        if score > CONFIDENCE:
                            boxes.append(corners(cx, cy, w, h))
                            scores.append(score)
                            labels.append(k)
    return heads, finish(np.array(boxes), np.array(scores), np.array(labels))


def ssd(rng):
    n, classes = 60, 5
    priors = np.concatenate([rng.uniform(0, 1, (n, 2)), rng.uniform(0.05, 0.6, (n, 2))], 1).astype(np.float32)
    offsets = rng.normal(0, 1, (1, n, 4)).astype(np.float32)
    raw = rng.normal(0, 2, (1, n, classes)).astype(np.float32)
    p, o, z = priors.astype(np.float64), offsets[0].astype(np.float64), raw[0].astype(np.float64)
    share = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    centre = p[:, :2] + o[:, :2] * 0.1 * p[:, 2:]
    size = p[:, 2:] * np.exp(o[:, 2:] * 0.2)
    box = corners(centre[:, 0] * NET_W, centre[:, 1] * NET_H, size[:, 0] * NET_W, size[:, 1] * NET_H)
    i, k = np.nonzero(share[:, 1:] > CONFIDENCE)  # class 0 is the background
    return priors, offsets, raw, finish(box[i], share[i, k + 1], k)


def main(root):
    folder = pathlib.Path(root)
    folder.mkdir(parents=True, exist_ok=True)
    for name, squared in (("yolo", False), ("yolo_squared", True)):
        heads, found = yolo(np.random.default_rng(17), squared)
        np.save(folder / f"{name}_head0.npy", heads[0])
        np.save(folder / f"{name}_head1.npy", heads[1])
        np.save(folder / f"{name}_expected.npy", found)
    priors, offsets, raw, found = ssd(np.random.default_rng(19))
    for name, array in (("priors", priors), ("boxes", offsets), ("scores", raw), ("expected", found)):
        np.save(folder / f"ssd_{name}.npy", array)
    lines = ["# box-decode", "", "Outputs of networks that do not exist, and the detections in them: label, score, x1, y1, x2, y2.", "",
             f"Made by `python tools/golden/box_decode.py` with Python {sys.version.split()[0]}, NumPy {np.__version__}.", "",
             "| file | bytes | sha256 |", "|---|---|---|"]
    for f in sorted(folder.glob("*.npy")):
        lines.append(f"| {f.name} | {f.stat().st_size} | {hashlib.sha256(f.read_bytes()).hexdigest()} |")
    (folder / "README.md").write_text("\n".join(lines) + "\n")
    print([len(np.load(f)) for f in sorted(folder.glob("*expected*"))])


if __name__ == "__main__":
    main(sys.argv[1])
