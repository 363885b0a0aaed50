r"""A small meta.mat of the form of ImageNet's development kit (struct array synsets), by SciPy.

    python -m venv venv && venv/bin/pip install scipy==1.17.1 numpy
    venv/bin/python tools/golden/imagenet_devkit.py octavo-tasks/src/test/resources/golden/imagenet-devkit
"""

import sys

import numpy as np
import scipy.io

FIELDS = ("ILSVRC2012_ID", "WNID", "words", "gloss", "num_children", "children", "wordnet_height", "num_train_images")
CLASSES, PARENTS = 10, 2


def main(out):
    rng = np.random.default_rng(5)
    n = CLASSES + PARENTS
    names = [f"n{int(v):08d}" for v in rng.permutation(np.arange(1440764, 1440764 + n * 1000, 1000))]
    numbers = [i + 1 if i < CLASSES else 1001 + i - CLASSES for i in range(n)]
    synsets = np.zeros((n, 1), [(f, object) for f in FIELDS])
    for i in range(n):
        synsets[i, 0] = (np.array([[numbers[i]]], float), names[i], f"word {i}, other", f"a thing \u00e9 {i}",
                         np.array([[0.0]]), np.zeros((1, 0)), np.array([[0.0]]), np.array([[1300.0]]))
    scipy.io.savemat(out + "/meta.mat", {"synsets": synsets}, do_compression=True)
    scipy.io.savemat(out + "/meta_plain.mat", {"other": np.eye(2), "synsets": synsets})
    with open(out + "/synsets.csv", "w") as f:
        f.write("number,name\n" + "".join(f"{number},{name}\n" for number, name in zip(numbers, names)))


if __name__ == "__main__":
    main(sys.argv[1])
