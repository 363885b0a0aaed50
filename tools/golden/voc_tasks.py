r"""The scores of the two float VOC networks on a part of their pictures, by ONNX Runtime, OpenCV, Pillow and NumPy.

    python -m venv venv && venv/bin/pip install onnxruntime opencv-python-headless pillow numpy
    venv/bin/python tools/golden/voc_tasks.py $OCTAVO_DATA octavo-cli/src/test/resources/golden/voc-tasks

Every ninth picture for detection, every twentieth for segmentation, in the order of their names. Nothing of Octavo is used.
"""

import csv
import io
import json
import pathlib
import sys
import zipfile

import cv2
import numpy as np
import onnxruntime as ort
import PIL
from PIL import Image

HEADS = (([(189, 126), (137, 236), (265, 259)], 1.1), ([(26, 48), (67, 84), (72, 175)], 1.05))


def sigmoid(v):
    return 1 / (1 + np.exp(-v.astype(np.float64)))


def iou(a, b):
    w = min(a[2], b[2]) - max(a[0], b[0])
    h = min(a[3], b[3]) - max(a[1], b[1])
    both = max(0, w) * max(0, h)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both) if both > 0 else 0


def detect(session, picture):
    height, width, _ = picture.shape
    x = cv2.resize(picture, (320, 320), interpolation=cv2.INTER_LINEAR).astype(np.float32) * np.float32(1 / 255)
    found = []
    for raw, (anchors, s) in zip(session.run(None, {"input": x.transpose(2, 0, 1)[None]}), HEADS):
        side = raw.shape[2]
        v = raw[0].reshape(3, 25, side, side)
        for a, (aw, ah) in enumerate(anchors):
            score = sigmoid(v[a, 4]) * sigmoid(v[a, 5:])
            for k, row, column in zip(*np.nonzero(score > 0.005)):
                t = v[a, :4, row, column]
                cx, cy = sigmoid(t[:2]) * s - (s - 1) / 2 + (column, row)
                w, h = np.exp(t[2:].astype(np.float64)) * (aw / 320, ah / 320)
                box = [(cx / side - w / 2) * width, (cy / side - h / 2) * height,
                       (cx / side + w / 2) * width, (cy / side + h / 2) * height]
                box = [min(max(box[i], 0), (width, height)[i % 2]) for i in range(4)]
                found.append((int(k), float(score[k, row, column]), box))
    kept = []
    for k in range(20):
        own = sorted((f for f in found if f[0] == k), key=lambda f: -f[1])
        while own:
            best, own = own[0], own[1:]
            kept.append(best)
            own = [f for f in own if iou(best[2], f[2]) <= 0.45]
    return sorted(kept, key=lambda f: -f[1])[:100]


def average_precision(found, truth, label):
    """found: picture, class, score, box, of all pictures; truth: by picture, class and box."""
    objects = {p: [b for k, b in boxes if k == label] for p, boxes in truth.items()}
    n = sum(map(len, objects.values()))
    if n == 0:
        return None
    taken, right = set(), []
    for picture, _, _, box in sorted((f for f in found if f[1] == label), key=lambda f: -f[2]):
        overlaps = [iou(box, b) for b in objects[picture]]
        best = int(np.argmax(overlaps)) if overlaps else -1
        ok = best >= 0 and overlaps[best] >= 0.5 and (picture, best) not in taken
        if ok:
            taken.add((picture, best))
        right.append(ok)
    hits = np.cumsum(right)
    recall = np.concatenate([[0], hits / n])
    precision = np.concatenate([hits / np.arange(1, len(hits) + 1), [0]])
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope[: len(right)]))


def detection(data):
    folder = data / "voc_detection"
    session = ort.InferenceSession(folder / "mobilenetv2_yolov3_nano_voc.onnx")
    truth = {}
    for row in csv.DictReader(open(folder / "voc2007_test_198_boxes.csv")):
        box = [float(row[k]) for k in ("xmin", "ymin", "xmax", "ymax")]
        truth.setdefault(row["file"], []).append((int(row["class_index"]), box))
    found = []
    with zipfile.ZipFile(folder / "voc2007_test_198.zip") as z:
        names = sorted(z.namelist())[::9]
        for name in names:
            picture = np.asarray(Image.open(io.BytesIO(z.read(name))).convert("RGB"))
            found += [(name, *d) for d in detect(session, picture)]
    part = {n: truth.get(n, []) for n in names}
    aps = [average_precision(found, part, k) for k in range(20)]
    return {"pictures": names, "mapArea": float(np.mean([a for a in aps if a is not None])), "perClass": aps}


def enlarge(logits, side):
    """Bilinear, corners aligned, [K, h, w] -> [K, side, side]."""
    at = np.arange(side) * (logits.shape[1] - 1) / (side - 1)
    low = np.minimum(at.astype(int), logits.shape[1] - 2)
    f = (at - low).astype(np.float32)
    rows = logits[:, low] * (1 - f)[None, :, None] + logits[:, low + 1] * f[None, :, None]
    return rows[:, :, low] * (1 - f) + rows[:, :, low + 1] * f


def segmentation(data):
    folder = data / "voc_segmentation"
    session = ort.InferenceSession(folder / "deeplabv3_mobilenet_v2_voc.onnx")
    matrix = np.zeros((21, 21), np.int64)
    with zipfile.ZipFile(folder / "voc2012_120.zip") as z:
        names = sorted(n for n in z.namelist() if n.startswith("images/"))[::20]
        for name in names:
            picture = Image.open(io.BytesIO(z.read(name))).convert("RGB")
            mask = np.asarray(Image.open(io.BytesIO(z.read(name.replace("images", "masks").replace("jpg", "png")))))
            factor = 513 / max(picture.size)
            w, h = (int(round(s * factor)) for s in picture.size)
            canvas = np.full((513, 513, 3), 127.5, np.float32)
            canvas[:h, :w] = np.asarray(picture.resize((w, h), Image.Resampling.BILINEAR))
            x = ((canvas - np.float32(127.5)) / np.float32(127.5)).transpose(2, 0, 1)[None]
            labels = enlarge(session.run(None, {"input": x})[0][0], 513).argmax(0)[:h, :w].astype(np.uint8)
            labels = np.asarray(Image.fromarray(labels).resize(picture.size, Image.Resampling.NEAREST))
            seen = mask < 21
            matrix += np.bincount(mask[seen].astype(int) * 21 + labels[seen], minlength=441).reshape(21, 21)
    right, there, taken = np.diag(matrix), matrix.sum(1), matrix.sum(0)
    ious = [right[k] / (there[k] + taken[k] - right[k]) for k in range(21) if there[k] > 0]
    return {"pictures": [n.split("/")[1] for n in names], "miou": float(np.mean(ious)),
            "pixelAccuracy": float(right.sum() / matrix.sum())}


def main(data, root):
    folder = pathlib.Path(root)
    folder.mkdir(parents=True, exist_ok=True)
    data = pathlib.Path(data)
    result = {"detection": detection(data), "segmentation": segmentation(data)}
    (folder / "expected.json").write_text(json.dumps(result, indent=1) + "\n")
    (folder / "README.md").write_text(
        "# voc-tasks\n\nScores of the two float VOC networks on a part of their pictures, without Octavo.\n\n"
        f"Made by `python tools/golden/voc_tasks.py` with Python {sys.version.split()[0]}, ONNX Runtime {ort.__version__},"
        f" OpenCV {cv2.__version__}, Pillow {PIL.__version__}, NumPy {np.__version__}.\n")
    print({k: {m: s for m, s in v.items() if isinstance(s, float)} for k, v in result.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
