"""Writes the reference pictures, and what the original runtimes make of them.

    python3 scripts/models/reference/fixtures.py
    (cd scripts/models/reference && npm install --ignore-scripts && node face-api.js)

The first command writes the crops, CenterFace by ONNX Runtime from the published
file (at its own shape, and at a photograph's), and MobileFaceNet by the TFLite
runtime from the published file. The second writes what face-api makes of the
crops. No file of `models/` is read: nothing here can agree with itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import environment

environment.enter("reference/requirements.txt", "reference")

import importlib.metadata
import json

import chips
import numpy as np
import onnx
import onnxruntime
import sources
from PIL import Image

FIXTURES = environment.ROOT / "crates/face/tests/fixtures"
SAMPLE = "demo/sample1.jpg"
# The picture CenterFace sees: long side, then padded with zeros to multiples of 32.
PHOTO_SIDE = 320
OUTPUTS = ["537", "538", "539", "540"]


def main() -> None:
    FIXTURES.mkdir(parents=True, exist_ok=True)
    package = sources.PACKAGES["@vladmandic/face-api"]
    archive = sources.fetch(package, environment.CACHE)
    picture = chips.load(sources.member(archive, package.root + SAMPLE))
    ratio = PHOTO_SIDE / max(picture.size)
    small = picture.resize((round(picture.width * ratio), round(picture.height * ratio)), Image.Resampling.BOX)
    save(small, "photo")

    faces = centerface(small)
    best = faces[0]
    points = [(x / ratio, y / ratio) for x, y in best["points"]]
    save(chips.aligned(picture, points, chips.TEMPLATE_112, 112), "chip112")
    save(chips.aligned(picture, points, chips.TEMPLATE_150, 150), "chip150")
    save(chips.square(picture, [value / ratio for value in best["box"]], 112), "square112")
    mobilefacenet()


def save(picture: Image.Image, name: str) -> None:
    picture.save(FIXTURES / f"{name}.png", optimize=True)


def centerface(photo: Image.Image) -> list[dict]:
    (published,) = sources.read("centerface", environment.CACHE)
    version = f"onnxruntime {onnxruntime.__version__}"
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3

    tiles = np.concatenate([chips.noise(32)[None]] * 10).astype(np.float32)
    # Ten different pictures: the noise, turned by one row more each time.
    tiles = np.stack([np.roll(tile, index, axis=0) for index, tile in enumerate(tiles)]).transpose(0, 3, 1, 2)
    session = onnxruntime.InferenceSession(published, options)
    native = dict(zip(OUTPUTS, session.run(OUTPUTS, {"input.1": np.ascontiguousarray(tiles)}), strict=True))

    free = onnx.load_from_string(published)
    for value in [free.graph.input[0], *free.graph.output]:
        side = "" if value.name == "input.1" else "_out"
        for axis in (0, 2, 3):
            value.type.tensor_type.shape.dim[axis].dim_param = f"axis{axis}{side}"
    pixels = np.asarray(photo).astype(np.float32)
    height, width = (-(-length // 32) * 32 for length in pixels.shape[:2])
    canvas = np.zeros((1, 3, height, width), np.float32)
    canvas[0, :, : pixels.shape[0], : pixels.shape[1]] = pixels.transpose(2, 0, 1)
    session = onnxruntime.InferenceSession(free.SerializeToString(), options)
    faces = decode([output[0] for output in session.run(OUTPUTS, {"input.1": canvas})])
    write(
        "centerface",
        {
            "runtime": version,
            "native": {name: shorten(values) for name, values in native.items()},
            "photo": {"input": "photo.png", "width": width, "height": height, "faces": faces},
        },
    )
    return faces


def decode(outputs: list[np.ndarray], threshold: float = 0.5) -> list[dict]:
    """Faces over the threshold, best first, none overlapping a better one by more than 0.3."""
    heat, size, offset, points = outputs
    found = []
    for row, column in zip(*np.where(heat[0] > threshold), strict=True):
        height, width = 4 * np.exp(size[:, row, column])
        x = 4 * (column + offset[1, row, column] + 0.5) - width / 2
        y = 4 * (row + offset[0, row, column] + 0.5) - height / 2
        pairs = points[:, row, column].reshape(5, 2)
        found.append(
            {
                "cell": [int(row), int(column)],
                "score": float(heat[0, row, column]),
                "box": [float(value) for value in (x, y, width, height)],
                "points": [[float(px * width + x), float(py * height + y)] for py, px in pairs],
            }
        )
    found.sort(key=lambda face: -face["score"])
    kept: list[dict] = []
    for face in found:
        if all(overlap(face["box"], other["box"]) < 0.3 for other in kept):
            kept.append(face)
    return kept


def overlap(a: list[float], b: list[float]) -> float:
    width = max(0.0, min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]))
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)


def mobilefacenet() -> None:
    from ai_edge_litert.interpreter import Interpreter

    (published,) = sources.read("mobilefacenet", environment.CACHE)
    chip = np.asarray(Image.open(FIXTURES / "chip112.png"))
    batch = (np.stack([chip, chips.noise(112)]).astype(np.float32) - 127.5) / 128
    interpreter = Interpreter(model_content=published)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], batch)
    interpreter.invoke()
    rows = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    write(
        "mobilefacenet",
        {
            "runtime": f"ai-edge-litert {importlib.metadata.version('ai-edge-litert')}",
            "cases": [
                {"input": name, "outputs": {"embedding": shorten(row)}}
                for name, row in zip(("chip112.png", "noise"), rows, strict=True)
            ],
        },
    )


def shorten(values: np.ndarray) -> list[float]:
    """Eight digits: as many as an f32 holds."""
    return [float(f"{value:.8g}") for value in values.ravel()]


def write(name: str, content: dict) -> None:
    (FIXTURES / f"{name}.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


main()
