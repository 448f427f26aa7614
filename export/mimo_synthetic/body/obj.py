"""The MakeHuman base mesh as its OBJ file tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """Some groups of a mesh: `vertices` [V] are indices into it, `quads` [F, 4] into `vertices`.

    `quads_uv` [F, 4] are indices into the mesh's `uv`.
    """

    vertices: Indices
    quads: Indices
    quads_uv: Indices


@dataclass(frozen=True, slots=True)
class BaseMesh:
    """All vertices [N, 3] in file units (decimetres; y up, face to +z, left to +x), uv [T, 2].

    `groups` maps a group to its quads: indices [F, 2, 4] of vertices and of texture corners.
    """

    vertices: Array
    uv: Array
    groups: dict[str, Indices]

    def part(self, names: Sequence[str]) -> Part:
        """The named groups as one mesh, vertices in file order, each texture corner kept."""
        quads = np.concatenate([self.groups[name] for name in names])
        vertices, numbered = np.unique(quads[:, 0], return_inverse=True)
        return Part(vertices, numbered.reshape(-1, 4), quads[:, 1])


def read_base_mesh(path: Path) -> BaseMesh:
    """Read `path`, which holds quads only, each corner as vertex/texture, counted from 1."""
    vertices, uv = [], []
    groups: dict[str, list[list[list[int]]]] = {}
    group: list[list[list[int]]] = []
    for line in path.read_text().splitlines():
        kind, *words = line.split() or [""]
        if kind == "v":
            vertices.append([float(word) for word in words])
        elif kind == "vt":
            uv.append([float(word) for word in words])
        elif kind == "g":
            group = groups.setdefault(words[0], [])
        elif kind == "f":
            corners = [[int(number) - 1 for number in word.split("/")] for word in words]
            group.append([list(indices) for indices in zip(*corners, strict=True)])
    return BaseMesh(
        np.array(vertices), np.array(uv), {name: np.array(quads) for name, quads in groups.items()}
    )
