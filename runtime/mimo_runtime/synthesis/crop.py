"""Cutting the square that the networks see out of a frame, and fitting a square back."""

import numpy as np
from PIL import Image

from mimo_runtime.arrays import Pixels
from mimo_runtime.planning.pixel_rect import PixelRect, pad_to_square

BLACK = 0
WHITE = 255


def cut_square(frame: Pixels, crop: PixelRect, grey: int) -> Pixels:
    """The pixels of `crop`, made square.

    Args:
        frame: uint8 [height, width, 3].
        crop: inside the frame, not empty.
        grey: level around the crop; official: BLACK for motion, WHITE for scene and character.

    Returns:
        uint8 [side, side, 3], a copy; the side is a multiple of 16 pixels.
    """
    padding = pad_to_square(crop.height, crop.width)
    side = padding.top + crop.height + padding.bottom
    square = np.full((side, side, 3), grey, np.uint8)
    inside = frame[crop.top : crop.bottom, crop.left : crop.right]
    square[padding.top :, padding.left :][: crop.height, : crop.width] = inside
    return square


def fit_back(picture: Pixels, crop: PixelRect) -> Pixels:
    """What the networks made of a square, brought back to the size of its crop.

    Args:
        picture: the whole square at any size, uint8 [height, width, 3].
        crop: the crop that the square was made of.

    Returns:
        uint8 [crop.height, crop.width, 3].
    """
    padding = pad_to_square(crop.height, crop.width)
    side = padding.top + crop.height + padding.bottom
    square = Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(square)[padding.top :, padding.left :][: crop.height, : crop.width]
