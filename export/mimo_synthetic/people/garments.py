"""Hair and skirts as meshes that follow the skeleton of the shipped body."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.shipped import DATA, SHAPES

Array = NDArray[np.float64]
GARMENTS = Path(__file__).parent / "garments.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Garment:
    """A mesh at rest: float64 `vertices_m` [V, 3], int32 `triangles` [T, 3], weights as a body's.

    `rest_m` [V, 3] is where its points are on the unchanged body, which is what is painted by.
    """

    vertices_m: Array
    rest_m: Array
    triangles: NDArray[np.int32]
    weight_joints: NDArray[np.int32]
    weights: Array

    def kept(self, where: NDArray[np.bool_]) -> "Garment":
        """Only triangles all of whose corners are in `where` [V]."""
        triangles = self.triangles[where[self.triangles].all(axis=1)]
        return Garment(self.vertices_m, self.rest_m, triangles, self.weight_joints, self.weights)


def garment(name: str, shape: Mapping[str, float], body: Body) -> Garment:
    """ "hair" or "skirt" for the body of `shape`, before it was dressed."""
    data = _arrays()
    rest = data[f"{name}_vertices_m"].astype(np.float64)
    vertices = rest.copy()
    for trait, share in shape.items():
        vertices += share * data[f"{name}_shapes_m"][SHAPES.index(trait)].astype(np.float64)
    quads = data[f"{name}_quads"]
    weights = data[f"{name}_weights"].astype(np.float64)
    return Garment(
        vertices_m=vertices - np.array([0, _ground_m(shape, body), 0]),
        rest_m=rest - np.array([0, _arrays()["ground_m"], 0]),
        triangles=quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3).astype(np.int32),
        weight_joints=data[f"{name}_joints"].astype(np.int32),
        weights=weights / weights.sum(axis=1, keepdims=True),
    )


@cache
def _arrays() -> Mapping[str, Any]:
    with np.load(DATA) as body, np.load(GARMENTS) as data:
        first = body["vertices_m"][0].astype(np.float64)
        steps = body["shape_vertices"][:, 0].astype(np.float64) * body["shape_step_m"]
        ground = {"ground_m": float(body["vertices_m"][:, 1].min())}
        return dict(data) | ground | {"first_m": first, "first_shapes_m": steps}


def _ground_m(shape: Mapping[str, float], body: Body) -> float:
    """How far down the ground is in the axes of the file: where the first vertex was, less is."""
    data = _arrays()
    moved = sum(share * data["first_shapes_m"][SHAPES.index(name)] for name, share in shape.items())
    return float((data["first_m"] + moved)[1] - body.vertices_m[0, 1])
