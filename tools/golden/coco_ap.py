r"""Seeded boxes and detections, crowds among them, and what pycocotools' COCOeval makes of them.

    python -m venv venv && venv/bin/pip install pycocotools==2.0.11 numpy
    venv/bin/python tools/golden/coco_ap.py octavo-tasks/src/test/resources/golden/coco-ap
"""

import hashlib
import importlib.metadata
import json
import pathlib
import sys

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


# COCOeval.stats, in its order
STATS = ["ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large",
         "ar_1", "ar_10", "ar_100", "ar_small", "ar_medium", "ar_large"]


def make(rng, images, classes):
    truth, found = [], []
    for image in range(images):
        for _ in range(rng.integers(0, 9)):
            c = int(rng.integers(classes))
            x, y, w, h = (round(float(v), 2) for v in (*rng.uniform(0, 300, 2), *rng.uniform(8, 160, 2)))
            crowd = int(rng.random() < 0.12)
            truth.append({"image": image, "class": c, "xywh": [x, y, w, h], "crowd": crowd})
            for _ in range(rng.integers(0, 4)):
                jitter = rng.normal(0, rng.choice([1, 4, 12]), 4)
                box = [round(float(v), 2) for v in np.array([x, y, w, h]) + jitter]
                if min(box[2:]) > 1:
                    label = c if rng.random() < 0.9 else int(rng.integers(classes))
                    score = round(float(np.clip(rng.normal(0.6, 0.25), 0.01, 0.99)), 5)
                    found.append({"image": image, "class": label, "xywh": box, "score": score})
        for _ in range(rng.integers(0, 3)):
            box = [round(float(v), 2) for v in (*rng.uniform(0, 300, 2), *rng.uniform(8, 160, 2))]
            found.append({"image": image, "class": int(rng.integers(classes)), "xywh": box,
                          "score": round(float(rng.uniform(0.01, 0.7)), 5)})
    return truth, distinct(found)


def crowded(rng, images):
    """Many small and large objects of two classes in a picture, with outlines smaller than their boxes, often missed."""
    truth, found = [], []
    for image in range(images):
        for _ in range(rng.integers(10, 30)):
            side = float(rng.choice([12, 30, 34, 80, 100, 150]))
            box = [round(float(v), 2) for v in (*rng.uniform(0, 300, 2), *(side * rng.uniform(0.8, 1.25, 2)))]
            c = int(rng.integers(2))
            truth.append({"image": image, "class": c, "xywh": box, "crowd": int(rng.random() < 0.05),
                          "area": round(box[2] * box[3] * float(rng.uniform(0.5, 1)), 2)})
            if rng.random() < 0.8:
                jitter = rng.normal(0, 0.06 * side, 4)
                found.append({"image": image, "class": c, "xywh": [round(float(v), 2) for v in np.array(box) + jitter],
                              "score": round(float(rng.uniform(0.01, 0.99)), 5)})
    return truth, distinct(found)


def distinct(found):
    """Scores of which none is there twice, so that no order of ties matters."""
    scores = set()
    for d in found:
        while d["score"] in scores:
            d["score"] = round(d["score"] + 1e-5, 5)
        scores.add(d["score"])
    return found


def evaluate(truth, found, images, classes):
    coco = COCO()
    coco.dataset = {
        "images": [{"id": i, "width": 500, "height": 500} for i in range(images)],
        "categories": [{"id": c, "name": str(c)} for c in range(classes)],
        "annotations": [
            {"id": i + 1, "image_id": t["image"], "category_id": t["class"], "bbox": t["xywh"],
             "area": t.get("area", t["xywh"][2] * t["xywh"][3]), "iscrowd": t["crowd"]} for i, t in enumerate(truth)],
    }
    coco.createIndex()
    results = coco.loadRes([
        {"image_id": d["image"], "category_id": d["class"], "bbox": d["xywh"], "score": d["score"]} for d in found])
    run = COCOeval(coco, results, "bbox")
    run.evaluate()
    run.accumulate()
    run.summarize()
    precision = run.eval["precision"][:, :, :, 0, 2]  # thresholds, recalls, classes; all areas, 100 detections
    per_class = [float(np.mean(precision[:, :, c])) for c in range(classes)]
    return {"ap": float(run.stats[0]), "ap50": float(run.stats[1]), "ap75": float(run.stats[2]), "per_class": per_class,
            "stats": {name: float(v) for name, v in zip(STATS, run.stats)}}


def main(root):
    folder = pathlib.Path(root)
    folder.mkdir(parents=True, exist_ok=True)
    for name, seed, images, classes in (("a", 3, 40, 4), ("b", 4, 25, 3), ("c", 5, 12, 2)):
        rng = np.random.default_rng(seed)
        truth, found = crowded(rng, images) if name == "c" else make(rng, images, classes)
        expected = evaluate(truth, found, images, classes)
        (folder / f"{name}.json").write_text(json.dumps(
            {"classes": classes, "ground_truth": truth, "detections": found, "expected": expected}, indent=0))
    lines = ["# coco-ap", "", "Boxes (x, y, width, height), detections, and what COCOeval makes of them.", "",
             f"Made by `python tools/golden/coco_ap.py` with Python {sys.version.split()[0]}, pycocotools"
             f" {importlib.metadata.version('pycocotools')}, NumPy {np.__version__}.", "",
             "| file | bytes | sha256 |", "|---|---|---|"]
    for f in sorted(folder.glob("*.json")):
        lines.append(f"| {f.name} | {f.stat().st_size} | {hashlib.sha256(f.read_bytes()).hexdigest()} |")
    (folder / "README.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
