"""Builds the ONNX files of `models/` from the packages that ship the weights.

    python3 scripts/models/build.py            writes models/*.onnx, and sha256 and size into their cards
    python3 scripts/models/build.py --check    builds them again elsewhere and compares; exit code 1 when they differ

Run by maintainers, seldom; users get the files with the package. The same
packages give the same bytes: no dates, no paths, weights in a fixed order. It is
the one program of this folder; every model has a file of its own.
"""

from __future__ import annotations

import environment

environment.enter()

import argparse
import hashlib
import json
import re
import sys
import tempfile
from pathlib import Path

import age_gender
import centerface
import dlib128
import landmark68
import mobilefacenet
import onnxruntime
import sources

MODELS = environment.ROOT / "models"
BUILDERS = {
    "centerface": centerface.build,
    "mobilefacenet": mobilefacenet.build,
    "dlib128": dlib128.build,
    "landmark68": landmark68.build,
    "age-gender": age_gender.build,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds the ONNX files of models/.")
    parser.add_argument("--check", action="store_true", help="build elsewhere and compare with models/")
    arguments = parser.parse_args()
    if not arguments.check:
        build_into(MODELS)
        for name in BUILDERS:
            write_card(name)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        built = build_into(Path(folder))
    differences = [line for name, sha256 in built.items() for line in compare(name, sha256)]
    for line in differences:
        print(line, file=sys.stderr)
    return 1 if differences else 0


def build_into(folder: Path) -> dict[str, str]:
    """Writes every model; prints and returns the sha256 of each."""
    built = {}
    for name, build in BUILDERS.items():
        content = build(*sources.read(name, environment.CACHE))
        path = folder / f"{name}.onnx"
        path.write_bytes(content)
        open_once(path)
        built[name] = hashlib.sha256(content).hexdigest()
        print(f"{built[name]}  {name}.onnx  {len(content)}")
    return built


def open_once(path: Path) -> None:
    """Fails when ONNX Runtime cannot load the file."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def write_card(name: str) -> None:
    """Brings `sha256` and `bytes` of the card up to date; all else in a card is written by hand."""
    path = MODELS / f"{name}.json"
    content = (MODELS / f"{name}.onnx").read_bytes()
    text = path.read_text(encoding="utf-8")
    for field, value in (("sha256", f'"{hashlib.sha256(content).hexdigest()}"'), ("bytes", str(len(content)))):
        text, count = re.subn(rf'^  "{field}": [^,\n]+,$', f'  "{field}": {value},', text, flags=re.MULTILINE)
        if count != 1:
            raise SystemExit(f"{path}: expected one line with {field}, found {count}")
    path.write_text(text, encoding="utf-8")
    for line in compare(name, hashlib.sha256(content).hexdigest()):
        raise SystemExit(line)


def compare(name: str, sha256: str) -> list[str]:
    """What is wrong with the committed file and card of a model; empty when all is well."""
    committed = MODELS / f"{name}.onnx"
    found = hashlib.sha256(committed.read_bytes()).hexdigest() if committed.exists() else "no file"
    card = json.loads((MODELS / f"{name}.json").read_text(encoding="utf-8"))
    source = sources.SOURCES[name]
    package = sources.PACKAGES[source.package]
    path, source_sha256 = source.files[-1]
    expected = {
        "package": package.name, "registry": package.registry, "version": package.version,
        "file": path, "sha256": source_sha256,
    }  # fmt: skip
    wrong = []
    if found != sha256:
        wrong.append(f"{name}.onnx: expected sha256 {sha256}, found {found}")
    if card["sha256"] != sha256:
        wrong.append(f"{name}.json: expected sha256 {sha256}, found {card['sha256']}")
    for field, value in expected.items():
        if card["origin"][field] != value:
            wrong.append(f"{name}.json: origin.{field}: expected {value}, found {card['origin'][field]}")
    return wrong


if __name__ == "__main__":
    raise SystemExit(main())
