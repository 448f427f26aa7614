"""Frames in which a network took the front of somebody for the back.

Left and right of the whole body then change places from one frame to the next, and back soon after.
Who turns around is seen sideways in between.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.fitting.landmark_track import LandmarkTrack
from mimo_runtime.fitting.tuning import TUNING

_PARTS = ("shoulder", "hip")
_MIRRORED = [
    LANDMARK[name.replace("left", "right") if "left" in name else name.replace("right", "left")]
    for name in LANDMARK
]


def without_turnabouts(track: LandmarkTrack) -> LandmarkTrack:
    """`track` with such frames turned back.

    In a picture somebody from behind looks as from the front with left and right exchanged and
    depth reversed, but for perspective.
    """
    most = round(2 * TUNING.glitch_side_s * float(track.rate_fps))
    swaps = np.flatnonzero(_swapped(track)).tolist()
    turned = np.zeros(track.frame_count, np.bool_)
    while len(swaps) > 1:
        begin, end = swaps[:2]
        is_short = end - begin <= most
        turned[begin:end] |= is_short
        swaps = swaps[2:] if is_short else swaps[1:]
    world, points, visibility = (
        np.where(turned.reshape(-1, *[1] * (part.ndim - 1)), part[:, _MIRRORED], part)
        for part in (track.world_m, track.points_px, track.visibility)
    )
    world[turned, :, 2] *= -1
    return replace(track, world_m=world, points_px=points, visibility=visibility)


def _swapped(track: LandmarkTrack) -> NDArray[np.bool_]:
    """bool [N], whether left and right have changed places since the frame before."""
    points = track.points_px.astype(np.float64)
    swapped = np.zeros(track.frame_count, np.bool_)
    swapped[1:] = track.known[1:] & track.known[:-1]
    for part in _PARTS:
        across = points[:, LANDMARK[f"left_{part}"]] - points[:, LANDMARK[f"right_{part}"]]
        widths = np.hypot(*across.T)
        least = TUNING.turned_width * np.median(widths[track.known]) if track.known.any() else 0.0
        is_wide = widths > least
        swapped[1:] &= is_wide[1:] & is_wide[:-1]
        cosines = (across[1:] * across[:-1]).sum(axis=1)
        swapped[1:] &= cosines < TUNING.turned_cosine * widths[1:] * widths[:-1]
    return swapped
