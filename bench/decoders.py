"""libjpeg-turbo, through Pillow, on the files that `cargo run --example decoders` wrote: CPU time of
whole and scaled decoding. Apart from that example because no crate builds libjpeg-turbo's vector code
without an assembler. Run: python3 bench/decoders.py FOLDER/baseline.jpg FOLDER/progressive.jpg
"""

import io
import sys
import time

from PIL import Image, features

ROUNDS = 7


def decode(data: bytes, divisor: int) -> None:
    picture = Image.open(io.BytesIO(data))
    if divisor > 1:
        picture.draft("RGB", (picture.width // divisor, picture.height // divisor))
    picture.load()


def least(data: bytes, divisor: int) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        decode(data, divisor)
        times.append(time.process_time() - start)
    return min(times) * 1000


print("libjpeg-turbo", features.version("libjpeg_turbo"), "in Pillow")
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        data = file.read()
    for divisor in (1, 2, 4, 8):
        print(f"{name} 1/{divisor}: {least(data, divisor):.1f} ms")
