"""Many different photographs out of few, made as they are asked for. Reads one JSON line from stdin (the photographs, how much smaller, a seed,
a folder, file names), then a line a command: "make N" writes the files up to the N-th, "drop N" empties them up to the N-th; each is
answered by a line. Photograph k is source k mod n, reduced, with a corner of chance pixels, encoded anew: no two are equal, and decoding
one costs what it costs anywhere. Emptied files keep their names, so that a program which has listed them is not surprised.
"""

import json
import os
import random
import sys

from PIL import Image

CORNER = 16
QUALITY = 85


def main():
    request = json.loads(sys.stdin.readline())
    rng = random.Random(request["seed"])
    sources = []
    for path in request["paths"]:
        with Image.open(path) as picture:
            size = (round(picture.width / request["shrink"]), round(picture.height / request["shrink"]))
            sources.append(picture.convert("RGB").resize(size, Image.Resampling.BOX))
    names, made, dropped = request["names"], 0, 0
    print("ready", flush=True)
    for line in sys.stdin:
        command, until = line.split()
        until = min(int(until), len(names))
        if command == "make":
            while made < until:
                picture = sources[made % len(sources)]
                picture.paste(Image.frombytes("RGB", (CORNER, CORNER), rng.randbytes(CORNER * CORNER * 3)), (0, 0))
                # Written apart and moved, so that a reader sees the whole file or the one before.
                target = os.path.join(request["folder"], names[made])
                picture.save(target + ".part", "JPEG", quality=QUALITY)
                os.replace(target + ".part", target)
                made += 1
        else:
            while dropped < min(until, made):
                os.truncate(os.path.join(request["folder"], names[dropped]), 0)
                dropped += 1
        print(command, until, flush=True)


if __name__ == "__main__":
    main()
