"""The pictures the references are computed from: crops of a published sample, and noise by a formula.

The sample is a photograph of @vladmandic/face-api's demonstration (MIT). The
crops are stored beside the fixtures, so a test needs neither this file nor the
sample. It is apart because it must not know any runtime.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

TEMPLATE_112 = [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
TEMPLATE_150 = [(47.55, 46.60), (100.48, 46.60), (74.01, 76.56), (50.41, 103.02), (97.61, 103.02)]


def load(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg)).convert("RGB")


def noise(side: int) -> np.ndarray:
    """`[side, side, 3]` bytes: the top 8 bits of x ← 1664525 x + 1013904223 mod 2³², from x = 1."""
    values = np.empty(side * side * 3, np.uint8)
    x = 1
    for index in range(len(values)):
        x = (1664525 * x + 1013904223) % 2**32
        values[index] = x >> 24
    return values.reshape(side, side, 3)


def aligned(picture: Image.Image, points: list, template: list, side: int) -> Image.Image:
    """The chip whose five points fall on the template, as near as a similarity can bring them."""
    target = np.array([complex(*point) for point in template])
    source = np.array([complex(*point) for point in points])
    # source ≈ a · target + b in the complex plane: a is turning and scale, by least squares.
    centred = target - target.mean()
    a = (np.conj(centred) @ (source - source.mean())) / (np.conj(centred) @ centred)
    b = source.mean() - a * target.mean()
    inverse = (a.real, -a.imag, b.real, a.imag, a.real, b.imag)
    return picture.transform((side, side), Image.Transform.AFFINE, inverse, Image.Resampling.BILINEAR)


def square(picture: Image.Image, box: list, side: int) -> Image.Image:
    """A square around the box's centre, as long as its longer side."""
    x, y, width, height = box
    half = max(width, height) / 2
    area = (x + width / 2 - half, y + height / 2 - half, x + width / 2 + half, y + height / 2 + half)
    return picture.resize((side, side), Image.Resampling.BILINEAR, box=tuple(round(edge) for edge in area))
