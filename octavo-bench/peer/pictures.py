"""Labelled pictures from a zip, and the preprocessing of the classifiers."""
import csv
import io
import zipfile
from pathlib import PurePosixPath

import numpy as np
from PIL import Image

IMAGENET_MEAN = (123.675, 116.28, 103.53)
IMAGENET_STD = (58.395, 57.12, 57.375)


def add_arguments(parser):
    """The options that say which pictures and how they become tensors."""
    parser.add_argument("--images", required=True, help="zip of pictures")
    parser.add_argument("--labels", help="csv with columns file,class_index; without it the folder name is the class")
    parser.add_argument("--mean", type=floats, default=IMAGENET_MEAN, help="r,g,b or one number, on the 0..255 scale")
    parser.add_argument("--std", type=floats, default=IMAGENET_STD, help="r,g,b or one number, on the 0..255 scale")
    parser.add_argument("--crop", type=int, default=0, help="side of the centre crop; 0 keeps the whole picture")


def floats(text):
    values = tuple(float(v) for v in text.split(","))
    return values * 3 if len(values) == 1 else values


class Pictures:
    """The pictures of a zip in sorted name order."""

    def __init__(self, images, labels=None, mean=IMAGENET_MEAN, std=IMAGENET_STD, crop=0):
        self.zip = zipfile.ZipFile(images)
        self.names = sorted(n for n in self.zip.namelist() if n.lower().endswith((".jpg", ".jpeg", ".png")))
        if not self.names:
            raise SystemExit(f"no pictures in {images}")
        self.mean = np.array(mean, np.float32)
        self.std = np.array(std, np.float32)
        self.crop = crop
        if labels:
            with open(labels, newline="", encoding="utf-8") as file:
                by_file = {row["file"]: int(row["class_index"]) for row in csv.DictReader(file)}
            self.labels = [by_file[PurePosixPath(n).name] for n in self.names]
        else:
            folders = [PurePosixPath(n).parent.name for n in self.names]
            classes = sorted(set(folders))
            self.labels = [classes.index(f) for f in folders]

    @classmethod
    def of(cls, args):
        return cls(args.images, args.labels, args.mean, args.std, args.crop)

    def __len__(self):
        return len(self.names)

    def tensor(self, index):
        """One picture as float32 [1,3,H,W]."""
        with Image.open(io.BytesIO(self.zip.read(self.names[index]))) as image:
            pixels = np.asarray(image.convert("RGB"))
        if self.crop:
            height, width = pixels.shape[:2]
            top, left = (height - self.crop) // 2, (width - self.crop) // 2
            pixels = pixels[top : top + self.crop, left : left + self.crop]
        normal = (pixels.astype(np.float32) - self.mean) / self.std
        return np.ascontiguousarray(normal.transpose(2, 0, 1)[None])

    def choose(self, samples, pick):
        """Indices of the calibration pictures: the first ones, or spread evenly over the zip (so over its classes)."""
        samples = min(samples, len(self))
        if pick == "first":
            return list(range(samples))
        return [i * len(self) // samples for i in range(samples)]
