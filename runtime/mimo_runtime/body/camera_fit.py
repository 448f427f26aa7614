"""Where a body must stand so that its points fall on given pixels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.skeleton import Array


def fit_translation(
    points_m: NDArray[Any],
    pixels: NDArray[Any],
    weights: NDArray[Any],
    focal_px: float,
    centre_px: tuple[float, float],
) -> Array:
    """float64 [3] to add to points in camera axes so that a pinhole camera sees them at `pixels`.

    points_m [N, 3], pixels [N, 2], weights [N]. The projection, multiplied by depth, is linear in
    the translation; exact where the points fit, otherwise far points count for more.
    """
    rays = (pixels - np.asarray(centre_px)) / focal_px
    root = np.sqrt(weights)[:, None]
    count = len(points_m)
    rows = np.zeros((count, 2, 3))
    rows[:, 0, 0] = rows[:, 1, 1] = 1
    rows[:, :, 2] = -rays
    right = rays * points_m[:, 2:] - points_m[:, :2]
    solution, *_ = np.linalg.lstsq(
        (rows * root[..., None]).reshape(-1, 3), (right * root).reshape(-1), rcond=None
    )
    return np.asarray(solution, np.float64)
