"""What a depth map puts in front of the person."""

import cv2
import numpy as np

from mimo_runtime.arrays import Floats
from mimo_runtime.layers.frames import Flags
from mimo_runtime.layers.occluders.tuning import TUNING


def nearer_than(inverse_depth: Floats, person: Flags, missing: Flags) -> Flags:
    """Where `inverse_depth` is larger than that of the closest part of the person.

    The ground between the person and the camera is nearer too, and is left out: what is to count
    stands out of its row of the picture, unless it lies where the person should be seen.

    Args:
        inverse_depth: float32 [height, width], larger is nearer, in any unit.
        person: what is seen of the person, bool [height, width].
        missing: where more of it should be seen, the same.

    Returns:
        bool [height, width]; empty where there is no person.
    """
    if not person.any():
        return person.copy()
    low, high = np.percentile(inverse_depth, (2, 98))
    level = (inverse_depth - np.float32(low)) / np.float32(max(high - low, 1e-6))
    ground = np.percentile(level, TUNING.ground_percentile, axis=1, keepdims=True)
    standing = (level > ground + TUNING.depth_step) | missing
    return np.asarray(
        (level > _carried_outwards(level, person) + TUNING.depth_step) & standing & ~person
    )


def _carried_outwards(level: Floats, person: Flags) -> Floats:
    """The person's level, carried outwards: that of the closest part counts most."""
    weight = person.astype(np.float32)
    usual = float(np.median(level[person]))
    total = np.full(level.shape, 1e-6 * usual, np.float32)
    weights = np.full(level.shape, 1e-6, np.float32)
    for importance, reach in zip((1.0, 1e-2, 1e-4), TUNING.depth_reach, strict=True):
        sigma = max(1.0, reach * max(level.shape) / 2)
        total += importance * cv2.GaussianBlur(level * weight, (0, 0), sigma)
        weights += importance * cv2.GaussianBlur(weight, (0, 0), sigma)
    return np.asarray(np.where(person, level, total / weights), np.float32)
