"""The rig: which bones there are, and where their ends lie on the mesh."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mimo_synthetic.body.obj import Array, BaseMesh


@dataclass(frozen=True, slots=True)
class Bone:
    """A bone, its parent's index (-1 for the root), and its ends as the rig file describes them."""

    name: str
    parent: int
    ends: dict[str, dict[str, Any]]


def read_rig(path: Path) -> tuple[Bone, ...]:
    """The bones of `path`, every parent before its children, siblings by name."""
    bones = json.loads(path.read_text())
    children: dict[str, list[str]] = {}
    for name in sorted(bones):
        children.setdefault(bones[name]["parent"], []).append(name)
    ordered: list[Bone] = []
    waiting = [(name, -1) for name in children[""]]
    while waiting:
        name, parent = waiting.pop(0)
        ends = {end: bones[name][end] for end in ("head", "tail")}
        ordered.append(Bone(name, parent, ends))
        here = len(ordered) - 1
        waiting[:0] = [(child, here) for child in children.get(name, ())]
    return tuple(ordered)


def joint_matrix(rig: tuple[Bone, ...], mesh: BaseMesh, end: str) -> Array:
    """float64 [J, N]: times the vertices of `mesh` it gives each bone's `end` ("head", "tail").

    An end is the mean of a small cube of vertices, a group of the mesh, or of listed vertices.
    """
    matrix = np.zeros((len(rig), len(mesh.vertices)))
    for row, bone in zip(matrix, rig, strict=True):
        place = bone.ends[end]
        if place["strategy"] == "CUBE":
            vertices = np.unique(mesh.groups[place["cube_name"]][:, 0])
        elif place["strategy"] == "MEAN":
            vertices = np.array(place["vertex_indices"])
        else:
            raise ValueError(f"bone '{bone.name}' uses strategy '{place['strategy']}', not known")
        row[vertices] = 1 / len(vertices)
    return matrix
