"""The soft shadow that a body throws on the ground right under it, as from an overcast sky."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.skeleton import Array
from mimo_runtime.characters.tuning import TUNING


def contact_shadow(vertices_m: Array, camera: Camera, ground_m: float = 0.0) -> Floats:
    """float32 [H, W], how much of the light is taken away, 0 to `TUNING.darkest`.

    vertices_m: float64 [V, 3], the posed body. ground_m: the height of the level ground.
    """
    cell_m, count = TUNING.shadow_cell_m, TUNING.shadow_cells
    middle = np.array([*np.median(vertices_m[:, [0, 2]], axis=0)])
    cells = np.floor((vertices_m[:, [0, 2]] - middle) / cell_m).astype(np.int64) + count // 2
    inside = ((cells >= 0) & (cells < count)).all(axis=1)
    x, z = cells[inside].T
    height_m = np.maximum(vertices_m[inside, 1] - ground_m, 0)
    near = np.exp(-height_m / TUNING.shadow_fade_m).astype(np.float32)
    patch = np.zeros((count, count), np.float32)
    np.maximum.at(patch, (z, x), near)
    narrow = TUNING.contact_share * _blurred(patch, TUNING.contact_m)
    soft = narrow + TUNING.spread_share * _blurred(patch, TUNING.spread_m)
    size = (camera.width_px, camera.height_px)
    in_picture = cv2.warpPerspective(
        np.minimum(soft, TUNING.darkest), _to_picture(camera, middle, ground_m), size
    )
    return np.asarray(in_picture, np.float32)


def _blurred(patch: Floats, width_m: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(patch, (0, 0), width_m / TUNING.shadow_cell_m), np.float32)


def _to_picture(camera: Camera, middle: Array, ground_m: float) -> NDArray[np.float64]:
    """The homography [3, 3] from cells of the ground to pixels of the picture."""
    cell_m = TUNING.shadow_cell_m
    corner = middle - cell_m * (TUNING.shadow_cells // 2 - 0.5)
    to_world = np.array([[cell_m, 0, corner[0]], [0, 0, ground_m], [0, cell_m, corner[1]]])
    x, y = camera.centre_px
    lens = np.array([[camera.focal_px, 0, x], [0, camera.focal_px, y], [0, 0, 1]])
    placed = camera.rotation @ to_world
    placed[:, 2] += camera.translation_m
    centre = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    return np.asarray(centre @ lens @ placed, np.float64)
