"""Edges of a soft mask drawn to those of the picture.

He, Sun, Tang, "Guided Image Filtering", 2010, with a colour guide, and "Fast Guided Filter", 2015:
the local model is made from a small picture and applied to the large one.
"""

import cv2
import numpy as np

from mimo_runtime.arrays import Floats, Pixels


def local_model(mask: Floats, pixels: Pixels, radius_px: int, smoothness: float) -> Floats:
    """The mask as a linear function of colour around every pixel.

    Args:
        mask: float32 [height, width], 0..1.
        pixels: uint8 [height, width, 3].
        radius_px: half the side of the windows; the cost does not depend on it.
        smoothness: variance of colour (0..1) below which an edge is not followed.

    Returns:
        float32 [height, width, 4]: factors of red, green, blue (0..1), and what is added.
    """
    size = (2 * radius_px + 1, 2 * radius_px + 1)
    guide = pixels.astype(np.float32) / np.float32(255)
    colour, level = cv2.blur(guide, size), cv2.blur(mask, size)
    shared = cv2.blur(guide * mask[..., None], size) - colour * level[..., None]
    spread = {
        (i, j): cv2.blur(guide[..., i] * guide[..., j], size) - colour[..., i] * colour[..., j]
        for i in range(3)
        for j in range(i, 3)
    }
    for i in range(3):
        spread[i, i] += np.float32(smoothness)
    slope = _solved(spread, shared)
    offset = level - (slope * colour).sum(axis=-1)
    return np.asarray(cv2.blur(np.dstack([slope, offset]), size), np.float32)


def _solved(spread: dict[tuple[int, int], Floats], shared: Floats) -> Floats:
    """The solutions of a symmetric system of three equations for every pixel (Cramer's rule)."""
    a, b, c = spread[0, 0], spread[0, 1], spread[0, 2]
    d, e, f = spread[1, 1], spread[1, 2], spread[2, 2]
    aa, ab, ac = d * f - e * e, c * e - b * f, b * e - c * d
    bb, bc, cc = a * f - c * c, b * c - a * e, a * d - b * b
    x, y, z = shared[..., 0], shared[..., 1], shared[..., 2]
    rows = [aa * x + ab * y + ac * z, ab * x + bb * y + bc * z, ac * x + bc * y + cc * z]
    return np.dstack(rows) / (a * aa + b * ab + c * ac)[..., None]


def applied(model: Floats, pixels: Pixels) -> Floats:
    """The mask that `model` [height, width, 4] gives for `pixels` [height, width, 3], 0..1."""
    guide = pixels.astype(np.float32) / np.float32(255)
    mask = (model[..., :3] * guide).sum(axis=-1) + model[..., 3]
    return np.asarray(mask.clip(0, 1), np.float32)
