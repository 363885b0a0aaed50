r"""Makes the golden data of octavo-tasks: what Pillow and NumPy give for small seeded pictures.

    python -m venv venv && venv/bin/pip install pillow==12.3.0 numpy==2.4.6
    venv/bin/python tools/golden/pillow_resize.py octavo-tasks/src/test/resources/golden \
        images_even500.zip

Writes <folder>/pillow-resize, pillow-decode, numpy and, when the zip of real pictures is given,
imagenet-tensors, each with a README that says how it was made and the SHA-256 of every file.
"""

import hashlib
import io
import pathlib
import struct
import sys
import zipfile
import zlib

import numpy as np
import PIL
from PIL import Image, ImageCms, features

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}

# name: (source width, source height, channels, target width, target height)
SIZES = {
    "down": (37, 23, 3, 16, 10),
    "down_odd": (29, 31, 3, 7, 13),
    "down_far": (64, 48, 1, 5, 3),
    "up": (9, 7, 3, 24, 31),
    "up_from_one_pixel": (1, 1, 3, 5, 4),
    "down_to_one_pixel": (17, 12, 3, 1, 1),
    "wide": (50, 3, 3, 20, 9),
    "tall": (3, 50, 1, 8, 11),
    "width_only": (21, 14, 3, 10, 14),
    "height_only": (14, 21, 3, 14, 30),
    "one_row": (40, 1, 3, 13, 1),
    "by_one": (20, 20, 3, 19, 21),
}


def pixels(rng, w, h, channels):
    """Noise over gradients, with hard black and white edges so that cubic overshoot is clipped."""
    y, x = np.mgrid[0:h, 0:w]
    planes = []
    for c in range(channels):
        ramp = 255 * ((c + 1) * x + 2 * y) / max(1, (c + 1) * (w - 1) + 2 * (h - 1))
        plane = 0.6 * ramp + 0.4 * rng.integers(0, 256, (h, w))
        plane[(x + y + c) % 7 == 0] = 255
        plane[(x * 3 + y) % 11 == 0] = 0
        planes.append(plane)
    a = np.stack(planes, -1).astype(np.uint8)
    return a[:, :, 0] if channels == 1 else a


def smooth(rng, w, h):
    """A photograph's stand-in: gradients, a disc and a little noise."""
    y, x = np.mgrid[0:h, 0:w]
    a = np.stack([255 * x / w, 255 * y / h, 128 + 100 * np.sin((x + y) / 5)], -1)
    a[(x - w / 2) ** 2 + (y - h / 2) ** 2 < (h / 4) ** 2] = (220, 40, 60)
    return np.clip(a + rng.normal(0, 8, a.shape), 0, 255).astype(np.uint8)


def npy(folder, name, array):
    np.save(folder / (name + ".npy"), array)


def resize(folder):
    rng = np.random.default_rng(7)
    for name, (w, h, channels, tw, th) in SIZES.items():
        source = pixels(rng, w, h, channels)
        npy(folder, f"{name}_in", source)
        for filter_name, resampling in FILTERS.items():
            out = Image.fromarray(source).resize((tw, th), resampling)
            npy(folder, f"{name}_{filter_name}", np.asarray(out))


def png(width, height, depth, colour, rows, chunks=()):
    """A PNG by hand, for the kinds that Pillow does not write."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    body = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    for kind, data in chunks:
        body += chunk(kind, data)
    body += chunk(b"IDAT", zlib.compress(b"".join(b"\0" + r for r in rows))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def decode(folder):
    rng = np.random.default_rng(11)
    colour = Image.fromarray(smooth(rng, 45, 33))
    noise = Image.fromarray(pixels(rng, 31, 18, 3))
    files = {}

    def saved(name, image, kind, **options):
        out = io.BytesIO()
        image.save(out, kind, **options)
        files[name] = out.getvalue()

    saved("q90_444.jpg", colour, "JPEG", quality=90, subsampling=0)
    saved("q75_420.jpg", colour, "JPEG", quality=75, subsampling=2)
    saved("q75_422.jpg", colour, "JPEG", quality=75, subsampling=1)
    saved("q60_420_noise.jpg", noise, "JPEG", quality=60, subsampling=2)
    saved("progressive.jpg", colour, "JPEG", quality=80, progressive=True)
    saved("restarts.jpg", colour, "JPEG", quality=80, restart_marker_blocks=3)
    saved("gray.jpg", colour.convert("L"), "JPEG", quality=85)
    saved("one_pixel.jpg", colour.crop((3, 3, 4, 4)), "JPEG", quality=85)
    exif = Image.Exif()
    exif[0x0112] = 6
    saved("orientation.jpg", colour, "JPEG", quality=85, exif=exif)
    saved("rgb_inside.jpg", colour, "JPEG", quality=85, keep_rgb=True)
    # A profile with red and blue exchanged: whoever converts by it is far off.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace(b"rXYZ", b"tmpX").replace(b"bXYZ", b"rXYZ").replace(b"tmpX", b"bXYZ")
    saved("profile.jpg", colour, "JPEG", quality=85, subsampling=0, icc_profile=profile)
    saved("profile.png", noise, "PNG", icc_profile=profile)
    # Without a JFIF segment the colour space is a guess from the component numbers.
    bare = files["q90_444.jpg"][:2] + files["q90_444.jpg"][20:]
    files["no_jfif.jpg"] = bare
    frame = bare.index(b"\xff\xc0")
    scan = bare.index(b"\xff\xda")
    renumbered = bytearray(bare)
    for i in range(3):
        renumbered[frame + 10 + 3 * i] = i
        renumbered[scan + 5 + 2 * i] = i
    files["no_jfif_from_zero.jpg"] = bytes(renumbered)
    saved("rgb.png", noise, "PNG")
    saved("gray.png", noise.convert("L"), "PNG")
    saved("palette.png", noise.quantize(20), "PNG")
    saved("bilevel.png", noise.convert("1"), "PNG")
    rgba = noise.copy()
    rgba.putalpha(noise.convert("L"))
    saved("alpha.png", rgba, "PNG")
    gray_alpha = noise.convert("L")
    gray_alpha.putalpha(128)
    saved("gray_alpha.png", gray_alpha, "PNG")
    a = pixels(rng, 19, 6, 3)
    files["rgb_gamma.png"] = png(
        19, 6, 8, 2, [r.tobytes() for r in a], [(b"gAMA", struct.pack(">I", 100000))])
    files["rgb_16_bit.png"] = png(
        19, 6, 16, 2, [(r.astype(">u2") * 257 + 19).astype(">u2").tobytes() for r in a // 2])
    for name, data in files.items():
        (folder / name).write_bytes(data)
        image = Image.open(io.BytesIO(data))
        gray = image.mode in ("L", "LA", "1")
        npy(folder, name, np.asarray(image.convert("L" if gray else "RGB")))
    saved("cmyk.jpg", colour.convert("CMYK"), "JPEG", quality=80)
    (folder / "cmyk.jpg").write_bytes(files["cmyk.jpg"])
    # Pillow gives 16-bit gray as such; ours keeps the upper 8 bits.
    g = pixels(rng, 13, 5, 1)
    (folder / "gray_16_bit.png").write_bytes(
        png(13, 5, 16, 0, [(r.astype(">u2") * 256 + 77).astype(">u2").tobytes() for r in g]))
    npy(folder, "gray_16_bit.png", g)
    npy(folder, "luma", np.asarray(noise.convert("L")))
    npy(folder, "luma_in", np.asarray(noise))


def numpy_files(folder):
    rng = np.random.default_rng(13)
    base = rng.normal(0, 50, (2, 3, 4))
    for kind in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        npy(folder, f"c_{kind}", base.clip(0 if kind[0] == "u" else -128, 127).astype("<" + kind))
    npy(folder, "c_bool", base > 0)
    npy(folder, "scalar", np.float32(2.5))
    npy(folder, "vector", np.arange(5, dtype=np.int64))
    npy(folder, "fortran_f4", np.asfortranarray(base.astype("<f4")))
    npy(folder, "big_f4", base.astype(">f4"))
    npy(folder, "big_fortran_i8", np.asfortranarray(base.astype(">i8")))
    npy(folder, "expected_i8", base.astype("<i8"))
    npy(folder, "expected_f4", base.astype("<f4"))
    npy(folder, "empty", np.zeros((0, 3), np.float32))
    npy(folder, "many_axes", np.arange(6, dtype=np.int32).reshape(1, 1, 1, 2, 1, 3))
    npy(folder, "object", np.array([None, "x"], object))
    npy(folder, "text", np.array(["ab", "c"]))
    npy(folder, "record", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
    x, y = base.astype(np.float32), np.array([1, 0])
    np.savez(folder / "stored.npz", x=x, labels=y)
    np.savez_compressed(folder / "deflated.npz", x=x, y=y)
    levels = np.arange(256, dtype=np.uint8).astype(np.float32)
    mean, std = np.float32(123.675), np.float32(58.395)
    npy(folder, "normalized", (levels - mean) / std)
    npy(folder, "normalized_scaled", (levels * np.float32(1 / 255) - np.float32(0.485)) / np.float32(0.229))


def real(folder, zip_file):
    """SHA-256 of the float32 NCHW tensor of every 25th picture, little-endian bytes."""
    mean = np.float32([123.675, 116.28, 103.53])
    std = np.float32([58.395, 57.12, 57.375])
    lines = ["file,plain,resized"]
    with zipfile.ZipFile(zip_file) as z:
        for name in sorted(z.namelist())[::25]:
            image = Image.open(z.open(name)).convert("RGB")
            hashes = []
            for size in (256, 230):
                p = image
                if size != 256:
                    p = p.resize((size, size), Image.Resampling.BILINEAR)
                left = (size - 224) // 2
                p = p.crop((left, left, left + 224, left + 224))
                x = (np.asarray(p).astype(np.float32) - mean) / std
                x = np.ascontiguousarray(x.transpose(2, 0, 1)[None])
                assert x.dtype == np.float32
                hashes.append(hashlib.sha256(x.tobytes()).hexdigest())
            lines.append(",".join([name] + hashes))
    (folder / "sha256.csv").write_text("\n".join(lines) + "\n")


def birth_certificate(folder, what):
    lines = [
        f"# {folder.name}",
        "",
        what,
        "",
        f"Made by `python tools/golden/pillow_resize.py` on 2026-11-21 with Python"
        f" {sys.version.split()[0]}, Pillow {PIL.__version__}"
        f" (libjpeg-turbo {features.version('libjpeg_turbo')}, zlib {features.version('zlib')}),"
        f" NumPy {np.__version__}. Seeded: the same versions give the same bytes.",
        "",
        "| file | bytes | sha256 |",
        "|---|---|---|",
    ]
    for f in sorted(folder.iterdir()):
        if f.name != "README.md":
            data = f.read_bytes()
            lines.append(f"| {f.name} | {len(data)} | {hashlib.sha256(data).hexdigest()} |")
    (folder / "README.md").write_text("\n".join(lines) + "\n")


def main(root, real_pictures=None):
    parts = {
        "pillow-resize": (resize, "Pictures `<case>_in.npy`, uint8 [H, W] or [H, W, 3], and what"
                          " `Image.resize` makes of them with each filter."),
        "pillow-decode": (decode, "Picture files, and `<file>.npy`: what `Image.open(…).convert` to RGB"
                          " (gray ones to L) gives. `cmyk.jpg` has none: it is refused."),
        "numpy": (numpy_files, "Arrays as `numpy.save`, `savez` and `savez_compressed` write them."),
    }
    if real_pictures:
        parts["imagenet-tensors"] = (
            lambda folder: real(folder, real_pictures),
            "`sha256.csv`: SHA-256 of the preprocessed float32 tensors of 20 real pictures of"
            " `images_even500.zip` (sha256 " + hashlib.sha256(
                pathlib.Path(real_pictures).read_bytes()).hexdigest() + "): centre crop 224,"
            " `(pixel - mean) / std`; `resized`: after bilinear resizing to 230 x 230.")
    for name, (make, what) in parts.items():
        folder = pathlib.Path(root) / name
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        make(folder)
        birth_certificate(folder, what)


if __name__ == "__main__":
    main(*sys.argv[1:])
