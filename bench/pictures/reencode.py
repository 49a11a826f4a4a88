"""Encodes photographs in another format, for benches that need files of every kind. Reads JSON from stdin: a list of [from, to]; the format is
that of the name. Formats that this Pillow was built without are left out; the names written are printed.
"""

import json
import os
import sys

from PIL import Image, features

NEEDS = {".webp": "webp", ".avif": "avif"}


def main():
    written = []
    for number, (source, target) in enumerate(json.load(sys.stdin)):
        extension = os.path.splitext(target)[1]
        if extension in NEEDS and not features.check(NEEDS[extension]):
            continue
        with Image.open(source) as picture:
            # Every other one in fewer colours, as scans and drawings are stored.
            mode = "RGB" if number % 2 == 0 else "L"
            picture.convert(mode).save(target)
        written.append(target)
    print(json.dumps(written))


if __name__ == "__main__":
    main()
