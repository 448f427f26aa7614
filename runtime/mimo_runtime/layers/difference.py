"""Where a frame is not its plate."""

import cv2
import numpy as np

from mimo_runtime.layers.channels import largest
from mimo_runtime.layers.frames import Flags, Pixels

_LEVELS = 20.0
_NOISE = 5.0  # times the usual difference
_AROUND = np.ones((3, 3), np.uint8)


def changed(pixels: Pixels, view: Pixels, people: Flags) -> Flags:
    """Where `pixels` differ from `view` by more than noise and a shift of a pixel explain.

    Args:
        pixels: uint8 [height, width, 3].
        view: the plate as this frame would show it, the same.
        people: where a difference is no noise, bool [height, width].
    """
    smooth = cv2.GaussianBlur(pixels, (0, 0), 0.8)
    lowest, highest = cv2.erode(view, _AROUND), cv2.dilate(view, _AROUND)
    below, above = cv2.subtract(lowest, smooth), cv2.subtract(smooth, highest)
    away = largest(np.asarray(cv2.max(below, above), np.uint8))
    free = away[~people]
    usual = float(free.mean()) if free.size else 0.0
    return np.asarray(away > max(_LEVELS, _NOISE * min(usual, 2 * _LEVELS / _NOISE)))
