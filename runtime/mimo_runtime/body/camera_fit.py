"""Where a body must stand so that its points fall on given pixels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.skeleton import Array


@dataclass(frozen=True, slots=True)
class WeakPerspective:
    """pixels = `scale_px_per_m` times (x, y) plus `shift_px`, for points in camera axes."""

    scale_px_per_m: float
    shift_px: tuple[float, float]

    def translation_m(self, focal_px: float, centre_px: tuple[float, float]) -> Array:
        """float64 [3] to add to the points for a pinhole camera to see about the same."""
        depth = focal_px / self.scale_px_per_m
        x, y = (
            (shift - centre) / self.scale_px_per_m
            for shift, centre in zip(self.shift_px, centre_px, strict=True)
        )
        return np.array([x, y, depth])


def fit_weak_perspective(
    points_m: NDArray[Any], pixels: NDArray[Any], weights: NDArray[Any]
) -> WeakPerspective:
    """Least squares over N points in camera axes.

    points_m [N, 3] (depth is not used), pixels [N, 2], weights [N], not negative; at least two
    points of different place need weight. ValueError where no positive scale fits.
    """
    share = weights / weights.sum()
    flat, seen = points_m[:, :2].astype(np.float64), pixels.astype(np.float64)
    middle, seen_middle = share @ flat, share @ seen
    flat, seen = flat - middle, seen - seen_middle
    scale = float((share[:, None] * flat * seen).sum() / (share[:, None] * flat * flat).sum())
    if not scale > 0:
        raise ValueError("the points do not resemble the pixels; no positive scale fits them")
    x, y = seen_middle - scale * middle
    return WeakPerspective(scale, (float(x), float(y)))


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
