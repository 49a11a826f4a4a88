"""Reads the table of faces as HDF5 and as Parquet with pandas, PyTables and h5py, as users do.

usage: read_formats.py FaceDatabase.h5 faces.parquet    prints one JSON object; formats.test.ts compares it with what was written
"""

import json
import sys

import h5py
import numpy as np
import pandas as pd


def records(frame: pd.DataFrame) -> list[dict]:
    """Rows as JSON knows them: missing is null, arrays are lists."""
    return json.loads(frame.to_json(orient="records", double_precision=15))


def main(h5_path: str, parquet_path: str) -> None:
    faces = pd.read_hdf(h5_path, "index")
    parquet = pd.read_parquet(parquet_path)
    vectors = faces.filter(like="encoding_").to_numpy()
    with h5py.File(h5_path, "r") as file:
        table = file["index/table"]
        raw = table["values_block_0"] if len(table) else np.zeros((0, 0))
        names = [name.decode() for name in table["img_path"]]
        h5py_columns = list(table.dtype.names)
    with pd.HDFStore(h5_path, "r") as store:
        selected = store.select("index", where="cluster > 0", columns=["face", "cluster"])
    parquet_vectors = [None if v is None else [float(x) for x in v] for v in parquet["encoding"]]
    result = {
        "columns": [c for c in faces.columns if not c.startswith("encoding_")],
        "dtypes": {c: str(t) for c, t in faces.dtypes.items()},
        "rows": records(faces.drop(columns=faces.filter(like="encoding_").columns)),
        "vectors": [[None if np.isnan(x) else float(x) for x in row] for row in vectors],
        "h5py_vectors_equal": bool(np.array_equal(raw, vectors, equal_nan=True)),
        "h5py_names": names,
        "h5py_columns": h5py_columns,
        "selected": records(selected),
        "default_key_reads": bool(pd.read_hdf(h5_path).equals(faces)),
        "parquet_rows": records(parquet.drop(columns=["encoding"])),
        "parquet_vectors": parquet_vectors,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
