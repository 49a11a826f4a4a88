"""Extraction as two other programs do it, measured from inside one process. Reads a JSON list of photographs from stdin, prints JSON.

"face-network" follows what face-network 1.0 does in extract(): every photograph is brought to a long side of 1080 pixels (small ones are
enlarged), dlib's HOG detector looks at it with one upsampling, each face is cut out with a margin of 0.4 and handed to face_recognition,
which detects once more in the cut, and describes by five points and dlib's ResNet; a face that cannot be described ends its photograph; crops
are written. Written anew from the description; left out, in its favour: data frames and HDF5.

"face_recognition" is the package used bare: load, face_locations, face_encodings, all defaults, on the photograph as it is.

CPU time is user and system time of this process. "loadSeconds" is what imports and models took before the first photograph.
"""

import json
import os
import resource
import sys
import tempfile

LONG_SIDE = 1080
MARGIN = 0.4
PREVIEW = (224, 224)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def face_network(paths, folder):
    import cv2
    import dlib
    import face_recognition
    import numpy as np

    detector = dlib.get_frontal_face_detector()
    # Once, before the clock: models are loaded when first used.
    face_recognition.face_encodings(np.zeros((64, 64, 3), np.uint8), [(8, 56, 56, 8)])
    yield None
    for number, path in enumerate(paths):
        picture = cv2.imread(path, cv2.IMREAD_COLOR)
        height, width = picture.shape[:2]
        ratio = LONG_SIDE / max(width, height)
        picture = cv2.resize(picture, (int(width * ratio), int(height * ratio)), interpolation=cv2.INTER_AREA)
        limit_y, limit_x = picture.shape[0] - 1, picture.shape[1] - 1
        faces = []
        for index, box in enumerate(detector(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), 1)):
            left = max(int(box.left() - MARGIN * box.width()), 0)
            top = max(int(box.top() - MARGIN * box.height()), 0)
            right = min(int(box.right() + 1 + MARGIN * box.width()), limit_x)
            bottom = min(int(box.bottom() + 1 + MARGIN * box.height()), limit_y)
            # Today's dlib refuses views: face-network's own slice would fail here.
            crop = np.ascontiguousarray(picture[top : bottom + 1, left : right + 1])
            encodings = face_recognition.face_encodings(crop)
            cv2.resize(crop, PREVIEW, interpolation=cv2.INTER_AREA)
            if not encodings:
                break
            cv2.imwrite(os.path.join(folder, f"face{index + 1}_{number}.jpg"), crop)
            faces.append([side / ratio for side in (box.left(), box.top(), box.width(), box.height())])
        yield faces


def bare(paths, _folder):
    import face_recognition
    import numpy as np

    blank = np.zeros((64, 64, 3), np.uint8)
    face_recognition.face_locations(blank)
    face_recognition.face_encodings(blank, [(8, 56, 56, 8)])
    yield None
    for path in paths:
        picture = face_recognition.load_image_file(path)
        places = face_recognition.face_locations(picture)
        encodings = face_recognition.face_encodings(picture, places)
        yield [[left, top, right - left, bottom - top] for (top, right, bottom, left), _ in zip(places, encodings)]


def main():
    request = json.load(sys.stdin)
    ways = {"face-network": face_network, "face_recognition": bare}
    with tempfile.TemporaryDirectory() as folder:
        steps = ways[request["way"]](request["paths"], folder)
        next(steps)
        loaded = cpu_seconds()
        found = list(steps)
        done = cpu_seconds()
    import dlib

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "faces": found,
                "loadSeconds": loaded,
                "cpuSeconds": done,
                "peakRssBytes": peak * 1024,
                "dlib": dlib.__version__,
                "blas": bool(dlib.DLIB_USE_BLAS),
                "avx": bool(dlib.USE_AVX_INSTRUCTIONS),
            }
        )
    )


if __name__ == "__main__":
    main()
