"""The skirt that a picture shows: how far down the legs it hangs, and how wide its hem is."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.render import silhouette
from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.displacement import displaced
from mimo_runtime.characters.outline import looked_up
from mimo_runtime.characters.skirt import LEG, Skirt, in_skirt
from mimo_runtime.characters.tuning import TUNING

Mask = NDArray[np.bool_]

_HEIGHTS, _BETWEEN, _BEYOND = 64, 96, 3.0


def skirt_of(
    body: Body, lengths_m: Floats, pose: Pose, camera: Camera, alpha: NDArray[np.uint8]
) -> Skirt | None:
    """The skirt in the picture that `camera` took; None where none is seen.

    Where bare legs stand apart the ground shows between them, but for cloth: it is a skirt where
    all that can be seen between them, from the hips on, is filled.

    Args:
        body, pose: as fitted to the picture. lengths_m: what moves it to its outline.
        alpha: uint8 [H, W] of the camera's size, 255 on the character.
    """
    matte = alpha > 127
    length = _length(body, pose, camera, matte)
    if length == 0:
        return None
    plain = in_skirt(displaced(body, lengths_m), Skirt(length))
    drawn = silhouette(plain, pose_vertices(plain, pose), camera)
    lines_m = _across(body, pose, np.linspace(-_BEYOND, 1 + _BEYOND, 8 * _BETWEEN))
    end = round(length * _HEIGHTS)
    rows_m = lines_m[max(0, end - 1 - round(TUNING.hem_rows * _HEIGHTS)) : end - 1]
    masks, _ = looked_up((matte, drawn), camera.project(rows_m)[0])
    cloth, legs = map(_reach, masks)
    flare = float(np.median(np.min(cloth / np.maximum(legs, 1), axis=1), axis=0)) - 1
    return Skirt(length, min(max(flare, 0.0), TUNING.most_flare))


def _length(body: Body, pose: Pose, camera: Camera, matte: Mask) -> float:
    lines_m = _across(body, pose, np.linspace(0, 1, _BETWEEN))
    pixels, depths = camera.project(lines_m)
    bare = silhouette(body, pose_vertices(body, pose), camera)
    (on_leg, in_matte), _ = looked_up((bare, matte), pixels)
    gap, cloth = ~on_leg, in_matte & ~on_leg
    spans_m = np.linalg.norm(pixels[:, -1] - pixels[:, 0], axis=1) * depths[:, 0] / camera.focal_px
    seen = gap.mean(axis=1) * spans_m > TUNING.skirt_gap_m
    filled = cloth.sum(axis=1) >= TUNING.skirt_filled * gap.sum(axis=1)
    end = int(np.append(np.flatnonzero(seen & ~filled), _HEIGHTS)[0])
    enough = (seen & filled)[:end].sum() >= TUNING.skirt_rows * _HEIGHTS
    return end / _HEIGHTS if enough else 0.0


def _across(body: Body, pose: Pose, shares: Array) -> Array:
    """float64 [_HEIGHTS, S, 3], places at `shares` [S] of the way from one leg to the other."""
    joints = transforms_of(body.skeleton, pose).joints_m
    sides = []
    for side in ("Left", "Right"):
        line = np.stack([joints[body.skeleton.index(side + part)] for part in LEG])
        along = np.append(0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1)))
        at = (np.arange(_HEIGHTS) + 0.5) / _HEIGHTS * along[-1]
        sides.append(np.stack([np.interp(at, along, line[:, axis]) for axis in range(3)], axis=1))
    return np.asarray(
        sides[0][:, None] * (1 - shares[:, None]) + sides[1][:, None] * shares[:, None]
    )


def _reach(inside: Mask) -> Array:
    """How many of the places [R, S] to each side of the middle are inside at once, [R, 2]."""
    middle = inside.shape[1] // 2
    sides = (inside[:, middle - 1 :: -1], inside[:, middle:])
    return np.stack([np.logical_and.accumulate(side, axis=1).sum(axis=1) for side in sides], axis=1)
