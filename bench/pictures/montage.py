"""Composes photographs of 12 megapixels out of smaller ones whose faces are known. Reads JSON from stdin: photographs with the boxes of
their portraits, a count, a seed and a folder; writes JPEGs there and prints where the portraits are now.

A canvas of 4000 x 3000 takes one photograph, enlarged to fit; or, for crowds, it is quartered by chance, at most twice, and each cell takes
one: some 17 faces a picture, of 60 to 700 pixels, where the photographs themselves show 2.7. Enlarged pictures are smoother than what a camera gives, and would decode too quickly: noise as of a sensor is
added to all, which brings the files to the 3 to 4 MB that such photographs have.
"""

import json
import os
import random
import sys

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 4000, 3000
QUALITY = 90
NOISE_SIGMA = 2.5
# Chance that a cell is quartered, by depth.
SPLITS = {"single": (0.0,), "crowd": (0.75, 0.35, 0.0)}


def cells(rng, splits, x, y, width, height, depth=0):
    if rng.random() >= splits[depth]:
        return [(x, y, width, height)]
    half_w, half_h = width // 2, height // 2
    corners = [(x, y), (x + half_w, y), (x, y + half_h), (x + half_w, y + half_h)]
    return [cell for left, top in corners for cell in cells(rng, splits, left, top, half_w, half_h, depth + 1)]


def compose(rng, splits, sources, root):
    canvas = Image.new("RGB", (WIDTH, HEIGHT), tuple(rng.randrange(60, 200) for _ in range(3)))
    places = cells(rng, splits, 0, 0, WIDTH, HEIGHT)
    people = []
    for (x, y, width, height), source in zip(places, rng.sample(sources, len(places))):
        with Image.open(os.path.join(root, source["path"])) as picture:
            picture = picture.convert("RGB")
            scale = min(width / picture.width, height / picture.height)
            size = (round(picture.width * scale), round(picture.height * scale))
            canvas.paste(picture.resize(size, Image.Resampling.BICUBIC), (x, y))
        people += [[name, *(round(at + side * scale) for at, side in zip((x, y, x, y), box))] for name, *box in source["people"]]
    pixels = np.asarray(canvas, np.int16)
    noise = np.random.default_rng(rng.randrange(2**32)).standard_normal(pixels.shape[:2], np.float32) * NOISE_SIGMA
    return Image.fromarray(np.clip(pixels + noise.astype(np.int16)[:, :, None], 0, 255).astype(np.uint8)), people


def main():
    request = json.load(sys.stdin)
    rng = random.Random(request["seed"])
    photos = {}
    for number in range(request["count"]):
        picture, people = compose(rng, SPLITS[request["composition"]], request["photos"], request["root"])
        name = f"large-{number:03}.jpg"
        picture.save(os.path.join(request["folder"], name), quality=QUALITY)
        photos[name] = {"people": people}
    print(json.dumps({"photos": photos}))


if __name__ == "__main__":
    main()
