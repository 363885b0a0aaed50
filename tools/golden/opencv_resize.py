r"""What OpenCV's INTER_LINEAR makes of the small pictures in golden/pillow-resize.

    python -m venv venv && venv/bin/pip install opencv-python-headless==5.0.0.93 numpy
    venv/bin/python tools/golden/opencv_resize.py octavo-tasks/src/test/resources/golden
"""

import hashlib
import pathlib
import sys

import cv2
import numpy as np

# name of the input: sizes (width, height)
SIZES = {
    "down": [(16, 10), (36, 22)],
    "down_odd": [(7, 13), (29, 40)],
    "down_far": [(5, 3), (32, 24), (33, 24)],
    "up": [(24, 31), (18, 14)],
    "up_from_one_pixel": [(5, 4)],
    "down_to_one_pixel": [(1, 1)],
    "wide": [(20, 9), (25, 6)],
    "tall": [(8, 11)],
    "by_one": [(19, 21), (10, 10)],
}


def main(root):
    source = pathlib.Path(root) / "pillow-resize"
    folder = pathlib.Path(root) / "opencv-resize"
    folder.mkdir(exist_ok=True)
    for name, sizes in SIZES.items():
        picture = np.load(source / f"{name}_in.npy")
        for size in sizes:
            np.save(folder / f"{name}_{size[0]}x{size[1]}.npy", cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR))
    lines = ["# opencv-resize", "",
             "`cv2.resize(…, interpolation=cv2.INTER_LINEAR)` of `pillow-resize/<name>_in.npy`, named after its size.", "",
             f"Made by `python tools/golden/opencv_resize.py` with Python {sys.version.split()[0]}, OpenCV"
             f" {cv2.__version__}, NumPy {np.__version__}.", "", "| file | bytes | sha256 |", "|---|---|---|"]
    for f in sorted(folder.glob("*.npy")):
        lines.append(f"| {f.name} | {f.stat().st_size} | {hashlib.sha256(f.read_bytes()).hexdigest()} |")
    (folder / "README.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
