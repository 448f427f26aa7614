"""How well the scene behind the person was restored."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.camera import Camera

Pixels = NDArray[np.uint8]
Flags = NDArray[np.bool_]


def psnr_db(found: Pixels, truth: Pixels, area: Flags) -> float | None:
    """Of two pictures [H, W, 3] over `area` [H, W]; at most 60, None for an empty area."""
    if not area.any():
        return None
    error = (found[area].astype(np.float64) - truth[area]) ** 2
    return float(min(60.0, 10 * np.log10(255**2 / max(float(error.mean()), 1e-12))))


def flicker_levels(
    found: tuple[Pixels, Pixels], truth: tuple[Pixels, Pixels], area: Flags
) -> float:
    """The mean change from one frame to the next that is not in the truth, over `area`, 0..255.

    Raises ValueError for an empty area.
    """
    if not area.any():
        raise ValueError("There is no area to look for flicker in; leave such frames out.")
    steps = [second[area].astype(np.int64) - first[area] for first, second in (found, truth)]
    return float(np.abs(steps[0] - steps[1]).mean())


def times_seen(
    index: int,
    area: Flags,
    depth_m: NDArray[np.floating],
    cameras: Sequence[Camera],
    hidden: Sequence[Flags],
) -> NDArray[np.int64]:
    """In how many frames the places of the scene that frame `index` has in `area` are free.

    Args:
        index: of the frame.
        area: bool [H, W].
        depth_m: of the empty scene in this frame, [H, W].
        cameras: of all frames.
        hidden: what is not the scene in each frame, bool [H, W] each.

    Returns:
        int64 [H, W], 0 outside `area`. That the scene may hide parts of itself from a moving
        camera is left out.
    """
    rows, columns = np.nonzero(area)
    camera = cameras[index]
    way = np.stack([columns + 0.5, rows + 0.5], axis=1) - camera.centre_px
    forward = np.ones((len(rows), 1))
    inside = np.concatenate([way / camera.focal_px, forward], axis=1) * depth_m[area][:, None]
    points = (inside - camera.translation_m) @ camera.rotation
    counts = np.zeros(area.shape, np.int64)
    for other, blocked in zip(cameras, hidden, strict=True):
        pixels, depth = other.project(points)
        column, row = np.floor(pixels).astype(np.int64).T
        usable = (depth > 0) & (column >= 0) & (row >= 0)
        usable &= (column < other.width_px) & (row < other.height_px)
        free = usable.copy()
        free[usable] = ~blocked[row[usable], column[usable]]
        counts[rows[free], columns[free]] += 1
    return counts
