"""Reads the tables of a project with pandas and NetworkX, as users do, and works the network out again from the faces alone.

usage: read_tables.py Edges.csv faces.csv people.csv    prints one JSON object; tables.test.ts compares it with faceweave's own counts
"""

import json
import sys
from itertools import combinations

import networkx as nx
import pandas as pd


def edges_from_faces(faces: pd.DataFrame) -> dict[str, int]:
    """Weight of every pair of persons: the number of distinct photographs that show both."""
    weights: dict[str, int] = {}
    for _, persons in faces.dropna(subset=["person"]).groupby("photo")["person"]:
        for a, b in combinations(sorted(set(persons)), 2):
            weights[f"{a} {b}"] = weights.get(f"{a} {b}", 0) + 1
    return weights


def main(edges_path: str, faces_path: str, people_path: str) -> None:
    edges = pd.read_csv(edges_path)
    faces = pd.read_csv(faces_path)
    people = pd.read_csv(people_path)
    graph = nx.from_pandas_edgelist(edges, "source", "target", edge_attr=["weight", "photos"])
    graph.add_nodes_from(people["person"])
    result = {
        "edge_columns": list(edges.columns),
        "face_columns": list(faces.columns),
        "nodes": graph.number_of_nodes(),
        "edges": graph.number_of_edges(),
        "weights": {f"{a} {b}": int(w) for a, b, w in zip(edges["source"], edges["target"], edges["weight"])},
        "photos_listed": {f"{a} {b}": len(json.loads(p)) for a, b, p in zip(edges["source"], edges["target"], edges["photos"])},
        "weights_from_faces": edges_from_faces(faces),
        "degree": {person: int(degree) for person, degree in graph.degree()},
        "strength": {person: int(degree) for person, degree in graph.degree(weight="weight")},
        "faces": len(faces),
        "faces_with_person": int(faces["person"].notna().sum()),
        "photos_by_person": faces.dropna(subset=["person"]).groupby("person")["photo"].nunique().to_dict(),
        "scores_are_numbers": bool(pd.api.types.is_float_dtype(faces["score"])),
        "boxes_are_positive": bool((faces["width"] > 0).all() and (faces["height"] > 0).all()),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
