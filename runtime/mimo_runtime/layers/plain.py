"""Backgrounds without corners, which can only be compared as a whole."""

import cv2
import numpy as np

from mimo_runtime.layers.frames import Flags, Floats, Pixels

_DIFFER = (1.5, 6.0)  # levels: by how much a plain background may differ, as a mean and mostly
_USUALLY = 0.95


def thumbnail(pixels: Pixels, area: Flags) -> Floats:
    """The frame in 32x32, NaN at people and without its mean colour, float32 [32, 32, 3]."""
    small = cv2.resize(pixels, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    people = cv2.resize(area.astype(np.float32), (32, 32), interpolation=cv2.INTER_AREA) > 0
    small[people] = np.nan
    return small


def looks_alike(one: Floats, other: Floats) -> bool:
    """Whether two plain pictures are the same but for exposure."""
    both = ~np.isnan(one[..., 0]) & ~np.isnan(other[..., 0])
    if not both.any():
        return False
    difference = one[both] - other[both]
    away = np.abs(difference - np.median(difference, axis=0))
    return bool(away.mean() < _DIFFER[0] and np.quantile(away, _USUALLY) < _DIFFER[1])
