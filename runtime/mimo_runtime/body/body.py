"""A mesh that follows a skeleton."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.skeleton import Array, Skeleton


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """V vertices, T triangles, each vertex moved by up to K joints.

    Attributes:
        name: which body, for files that depend on it.
        skeleton: its joints.
        vertices_m: float64 [V, 3], at rest, the soles at y = 0.
        triangles: int32 [T, 3], counter-clockwise seen from outside.
        weight_joints: int32 [V, K].
        weights: float64 [V, K], each row sums to 1.
        surface: float32 [V, 3], what names a point of the surface: its place at rest, each axis
            from 0 to 1 over the box of the body.
        colours: float32 [V, 3], what motion frames show, 0 to 1 RGB.
        correctives: float64 [V, 3, 9 (J - 1)] or None: SMPL's pose-dependent offsets, to be
            multiplied with rotations minus identity.
    """

    name: str
    skeleton: Skeleton
    vertices_m: Array
    triangles: NDArray[np.int32]
    weight_joints: NDArray[np.int32]
    weights: Array
    surface: Floats
    colours: Floats
    correctives: Array | None = None


def main_joints(body: Body) -> NDArray[np.int32]:
    """int32 [V], the joint that carries each vertex most."""
    most = body.weights.argmax(axis=1)[:, None]
    return np.take_along_axis(body.weight_joints, most, axis=1)[:, 0]


def wearing(
    body: Body,
    vertices_m: Array,
    triangles: NDArray[np.int32],
    carried_by: tuple[NDArray[np.int32], Array],
    surface: Floats,
    colours: Floats,
) -> Body:
    """`body` and a mesh that follows its skeleton, as one mesh: the body's own comes first.

    The arrays are as those of a body; `carried_by` is `weight_joints` and `weights`, as many for
    each vertex as the body has.
    """
    joints, weights = carried_by
    first = np.int32(len(body.vertices_m))
    return replace(
        body,
        vertices_m=np.concatenate([body.vertices_m, vertices_m]),
        triangles=np.concatenate([body.triangles, triangles + first]),
        weight_joints=np.concatenate([body.weight_joints, joints]),
        weights=np.concatenate([body.weights, weights]),
        surface=np.concatenate([body.surface, surface]),
        colours=np.concatenate([body.colours, colours]),
    )


def box_coordinates(vertices_m: NDArray[Any]) -> Floats:
    """float32 [V, 3]: vertices with the box around them brought to 0..1 on each axis."""
    low, high = vertices_m.min(axis=0), vertices_m.max(axis=0)
    return np.asarray((vertices_m - low) / (high - low), np.float32)
