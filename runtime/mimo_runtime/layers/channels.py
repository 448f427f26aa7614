"""Sums and largest values over the three channels of a picture, faster than over an axis."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.layers.frames import Floats, Pixels


def largest(pixels: Pixels) -> NDArray[np.uint8]:
    """The largest of the channels, uint8 [height, width] for uint8 [height, width, 3]."""
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def widest(levels: Floats) -> Floats:
    """The largest absolute value of the channels, float32 [height, width]."""
    red, green, blue = cv2.split(cv2.absdiff(levels, np.zeros_like(levels)))
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.float32)


def total(levels: Floats) -> Floats:
    """The sum of the channels, float32 [height, width] for float32 [height, width, 3]."""
    return np.asarray(cv2.transform(levels, np.ones((1, 3), np.float32)), np.float32)
