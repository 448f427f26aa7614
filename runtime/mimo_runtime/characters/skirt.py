"""A skirt: cloth around both legs, a mesh of its own between hips and hem.

A displaced body (`displacement`) has a surface for each leg and none between them, so that a skirt
would be a pair of wide trousers as soon as somebody walks. The cloth is the convex hull of both
legs at each height, and moves with what is near it.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body, main_joints, wearing
from mimo_runtime.body.shipped import load_texture_corners
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.characters.tuning import TUNING

ROWS, COLUMNS = 16, 48
LEG: Final = ("UpLeg", "Leg", "Foot")
_UNDER_CLOTH: Final = ("Hips", "HipJoint", "UpLeg", "Leg")
_FEWEST = 24  # vertices around both legs
# Free in MakeHuman's map, in 256ths: heights run along u, columns along rows.
_CELLS, _U, _ROWS = 256, (2, 26), (118, 210)


@dataclass(frozen=True, slots=True)
class Skirt:
    """How far down the legs it hangs, 0 (hips) to 1 (ankles); how much its hem is wider than the
    legs need, as a share.
    """

    length: float
    flare: float = 0.0


def texture_corners() -> Floats:
    """float32 [T + 2 ROWS COLUMNS, 3, 2], where the body's and then a skirt's triangles lie.

    As `TextureCorners`; a body without a skirt has the first T alone.
    """
    return np.concatenate([load_texture_corners().uv, _corners()])


def in_skirt(body: Body, skirt: Skirt) -> Body:
    """`body` with the mesh of `skirt` after its own vertices and triangles."""
    near = _under_cloth(body)
    heights_m = _heights_m(body.skeleton, skirt.length)
    wider = 1 + skirt.flare * np.linspace(0, 1, ROWS + 1)
    vertices = _rings(body.vertices_m[near], heights_m, wider).reshape(-1, 3)
    shares = _nearness(vertices, body.vertices_m[near])
    return wearing(
        body,
        vertices,
        _grid_triangles(),
        _carried(shares, body, near),
        (shares @ body.surface[near]).astype(np.float32),
        (shares @ body.colours[near]).astype(np.float32),
    )


def without_skirt(worn: Body, body: Body) -> Body:
    """`worn` without the mesh of a skirt, if it has one; `body` is what it was made of."""
    count = len(body.vertices_m)
    if len(worn.vertices_m) == count:
        return worn
    return replace(body, vertices_m=worn.vertices_m[:count])


def _heights_m(skeleton: Skeleton, length: float) -> Array:
    hip, _, ankle = (skeleton.rest_m[skeleton.index(f"Left{part}"), 1] for part in LEG)
    return np.linspace(hip, hip + length * (ankle - hip), ROWS + 1)


def _under_cloth(body: Body) -> NDArray[np.int64]:
    """Vertices of hips and legs."""
    names = np.array([name.endswith(_UNDER_CLOTH) for name in body.skeleton.names])
    return np.flatnonzero(names[main_joints(body)])


def _rings(points_m: Array, heights_m: Array, wider: Array) -> Array:
    """float64 [ROWS + 1, COLUMNS + 1, 3], the cloth at each height around `points_m` [P, 3]."""
    angles = np.linspace(-np.pi, np.pi, COLUMNS + 1)
    rays = np.column_stack([np.sin(angles), np.cos(angles)])
    rings = []
    for height_m, factor in zip(heights_m, wider, strict=True):
        slice_m = _slice(points_m, height_m)
        middle = np.array([0, slice_m[:, 1].mean()])
        reach_m = _hull_reach(slice_m - middle, rays)
        reach_m = (
            np.maximum((reach_m + reach_m[::-1]) / 2, _oval(reach_m, rays)) + TUNING.skirt_ease_m
        )
        across = middle + factor * reach_m[:, None] * rays
        rings.append(np.column_stack([across[:, 0], np.full(len(rays), height_m), across[:, 1]]))
    return np.stack(rings)


def _slice(points_m: Array, height_m: float) -> Array:
    """Those of `points_m` [P, 3] that are near a height, seen from above: [S, 2], never few."""
    apart_m = np.abs(points_m[:, 1] - height_m)
    enough_m = np.partition(apart_m, _FEWEST)[_FEWEST]
    return np.asarray(points_m[apart_m <= max(TUNING.skirt_slice_m, enough_m)][:, [0, 2]])


def _oval(reach: Array, rays: Array) -> Array:
    """The reach along `rays` [A, 2] of an oval as wide as `reach` [A], as deep as cloth falls."""
    wide = np.abs(reach * rays[:, 0]).max()
    return np.asarray(wide / np.hypot(rays[:, 0], rays[:, 1] / TUNING.skirt_depth))


def _hull_reach(points: Array, rays: Array) -> Array:
    """How far along each of `rays` [A, 2] from 0 the convex hull of `points` [P, 2] reaches."""
    hull = cv2.convexHull(points.astype(np.float32))[:, 0].astype(np.float64)
    sides = np.roll(hull, -1, axis=0) - hull
    normals = np.column_stack([sides[:, 1], -sides[:, 0]])
    offsets = (normals * hull).sum(axis=1)
    normals, offsets = normals * np.sign(offsets)[:, None], np.abs(offsets)
    along = rays @ normals.T
    reach = np.where(along > 0, offsets / np.where(along > 0, along, 1), np.inf)
    return np.asarray(reach.min(axis=1))


def _nearness(vertices: Array, points: Array) -> Array:
    """float64 [N, P], how much each of `vertices` goes with each of `points`; rows sum to 1."""
    apart = (vertices**2).sum(axis=1)[:, None] + (points**2).sum(axis=1) - 2 * vertices @ points.T
    shares = np.exp(-(apart - apart.min(axis=1, keepdims=True)) / TUNING.skirt_reach_m**2)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _carried(shares: Array, body: Body, near: NDArray[np.int64]) -> tuple[NDArray[np.int32], Array]:
    """Joints and weights, each [N, K], of what goes with the vertices `near` by `shares`."""
    slots = body.weights.shape[1]
    dense = np.zeros((len(near), body.skeleton.joint_count))
    np.put_along_axis(dense, body.weight_joints[near], body.weights[near], axis=1)
    carried = shares @ dense
    joints = np.argsort(-carried, axis=1)[:, :slots].astype(np.int32)
    weights = np.take_along_axis(carried, joints, axis=1)
    return joints, np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _grid_triangles() -> NDArray[np.int32]:
    """int32 [2 ROWS COLUMNS, 3], counter-clockwise seen from outside."""
    numbers = np.arange((ROWS + 1) * (COLUMNS + 1), dtype=np.int32).reshape(ROWS + 1, -1)
    above, below = numbers[:-1], numbers[1:]
    quads = np.stack([above[:, :-1], below[:, :-1], below[:, 1:], above[:, 1:]], axis=-1)
    return quads.reshape(-1, 4)[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)


def _corners() -> Floats:
    down, across = np.mgrid[: ROWS + 1, : COLUMNS + 1].reshape(2, -1)
    u = (_U[0] + (_U[1] - _U[0]) * down / ROWS) / _CELLS
    v = 1 - (_ROWS[0] + (_ROWS[1] - _ROWS[0]) * across / COLUMNS) / _CELLS
    return np.column_stack([u, v]).astype(np.float32)[_grid_triangles()]
