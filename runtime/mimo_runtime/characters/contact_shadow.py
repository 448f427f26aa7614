"""The soft shadow that a body throws on the ground right under it, as from an overcast sky."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Floats
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.skeleton import Array

_CELL_M, _CELLS = 0.03, 112  # of the patch of ground that is looked at
_FADE_M = 0.3  # height over ground at which a part darkens a third as much
_CONTACT_M, _SPREAD_M = 0.035, 0.16  # softness of the two shadows that are added
_CONTACT_SHARE, _SPREAD_SHARE = 0.55, 0.75
_DARKEST = 0.6


def contact_shadow(vertices_m: Array, camera: Camera, ground_m: float = 0.0) -> Floats:
    """float32 [H, W], how much of the light is taken away, 0 to `_DARKEST`.

    vertices_m: float64 [V, 3], the posed body. ground_m: the height of the level ground.
    """
    middle = np.array([*np.median(vertices_m[:, [0, 2]], axis=0)])
    cells = np.floor((vertices_m[:, [0, 2]] - middle) / _CELL_M).astype(np.int64) + _CELLS // 2
    inside = ((cells >= 0) & (cells < _CELLS)).all(axis=1)
    x, z = cells[inside].T
    near = np.exp(-np.maximum(vertices_m[inside, 1] - ground_m, 0) / _FADE_M).astype(np.float32)
    patch = np.zeros((_CELLS, _CELLS), np.float32)
    np.maximum.at(patch, (z, x), near)
    soft = _CONTACT_SHARE * _blurred(patch, _CONTACT_M) + _SPREAD_SHARE * _blurred(patch, _SPREAD_M)
    size = (camera.width_px, camera.height_px)
    seen = cv2.warpPerspective(
        np.minimum(soft, _DARKEST), _to_picture(camera, middle, ground_m), size
    )
    return np.asarray(seen, np.float32)


def _blurred(patch: Floats, width_m: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(patch, (0, 0), width_m / _CELL_M), np.float32)


def _to_picture(camera: Camera, middle: Array, ground_m: float) -> NDArray[np.float64]:
    """The homography [3, 3] from cells of the ground to pixels of the picture."""
    corner = middle - _CELL_M * (_CELLS // 2 - 0.5)
    to_world = np.array([[_CELL_M, 0, corner[0]], [0, 0, ground_m], [0, _CELL_M, corner[1]]])
    x, y = camera.centre_px
    lens = np.array([[camera.focal_px, 0, x], [0, camera.focal_px, y], [0, 0, 1]])
    placed = camera.rotation @ to_world
    placed[:, 2] += camera.translation_m
    centre = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    return np.asarray(centre @ lens @ placed, np.float64)
