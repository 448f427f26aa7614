"""Where the rays of a camera meet axis-aligned boxes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.camera import Camera

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
BACK, LEFT, RIGHT, FLOOR = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """From corner `low` to corner `high`, float64 [3] in metres."""

    low: Array
    high: Array


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """What every pixel's ray meets first.

    Attributes:
        ways: float64 [H, W, 3], world directions that go one metre forward.
        depths_m: float64 [H, W], infinite for the sky.
        points_m, normals: float64 [H, W, 3] in the world.
        sides: int64 [H, W], the wall (back, left, right), floor, or the number of the box.
        floor, walls, boxes, sky: bool [H, W], which of them it is.
    """

    ways: Array
    depths_m: Array
    points_m: Array
    normals: Array
    sides: NDArray[np.int64]
    floor: Flags
    walls: Flags
    boxes: Flags
    sky: Flags


def cast(room: Box, boxes: Sequence[Box], camera: Camera) -> Hits:
    """Rays from inside `room`, which has no front and no ceiling: what goes past meets the sky."""
    ways, place = ways_of(camera), camera.position_m
    depths, sides, normals = _room(room, ways, place)
    in_box = np.zeros(depths.shape, np.bool_)
    for number, box in enumerate(boxes):
        part = _part_of(box, camera)
        near, normal = _enter(box, ways[part], place)
        closer = near < depths[part]
        depths[part][closer] = near[closer]
        normals[part][closer] = normal[closer]
        sides[part][closer] = number
        in_box[part] |= closer
    sky = ~np.isfinite(depths)
    points = place + ways * np.where(sky, 0, depths)[..., None]
    solid = ~sky & ~in_box
    floor = solid & (sides == FLOOR)
    return Hits(ways, depths, points, normals, sides, floor, solid & ~floor, in_box, sky)


def ways_of(camera: Camera) -> Array:
    """The rays through the pixels' centres, float64 [H, W, 3]: world axes, one metre deep."""
    rows, columns = np.mgrid[: camera.height_px, : camera.width_px] + 0.5
    x = (columns - camera.centre_px[0]) / camera.focal_px
    y = (rows - camera.centre_px[1]) / camera.focal_px
    inside = np.stack([x, y, np.ones_like(x)], axis=-1)
    return np.asarray(inside @ camera.rotation, np.float64)


def _room(room: Box, ways: Array, place: Array) -> tuple[Array, NDArray[np.int64], Array]:
    """Depths of the nearest wall or floor, which it is, and its normal."""
    planes = (
        (2, room.low[2], BACK),
        (0, room.low[0], LEFT),
        (0, room.high[0], RIGHT),
        (1, room.low[1], FLOOR),
    )
    depths = np.full(ways.shape[:2], np.inf)
    sides = np.zeros(depths.shape, np.int64)
    normals = np.zeros_like(ways)
    for axis, at, side in planes:
        here = np.where(np.abs(ways[..., axis]) > 1e-9, ways[..., axis], 1e-9)
        away = (at - place[axis]) / here
        away = np.where((away > 0) & (away < depths), away, np.inf)
        reached = np.isfinite(away)
        height = place[1] + np.where(reached, away, 0) * ways[..., 1]
        met = reached & (height <= room.high[1])
        depths, sides = np.where(met, away, depths), np.where(met, side, sides)
        normal = np.zeros(3)
        normal[axis] = np.sign(place[axis] - at)
        normals[met] = normal
    return depths, sides, normals


def _part_of(box: Box, camera: Camera) -> tuple[slice, slice]:
    """Rows and columns that may see `box`, which is in front of the camera."""
    ends = np.stack([box.low, box.high])
    corners = np.array([[ends[i, 0], ends[j, 1], ends[k, 2]] for i, j, k in np.ndindex(2, 2, 2)])
    pixels, _ = camera.project(corners)
    left, top = np.floor(pixels.min(axis=0)).clip(0).astype(int)
    right, bottom = np.ceil(pixels.max(axis=0)).clip(0).astype(int)
    return slice(top, bottom + 1), slice(left, right + 1)


def _enter(box: Box, ways: Array, place: Array) -> tuple[Array, Array]:
    """Depths where rays enter `box`, infinite where they miss it, and the normals there."""
    safe = np.where(np.abs(ways) > 1e-9, ways, 1e-9)
    one, other = (box.low - place) / safe, (box.high - place) / safe
    entries = np.minimum(one, other)
    near, far = entries.max(axis=-1), np.maximum(one, other).min(axis=-1)
    depths = np.where((near < far) & (near > 0), near, np.inf)
    axis = entries.argmax(axis=-1)
    normals = -np.eye(3)[axis] * np.sign(np.take_along_axis(safe, axis[..., None], -1))
    return depths, normals
