"""The square around a character that everything else is made from."""

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Pixels
from mimo_runtime.body.camera import Camera
from mimo_runtime.errors import MediaError

ROOM = 0.05  # of the character's height, above and below, as the official preparation leaves
_ANYTHING = 8
_SHRUNK = 2 / 3  # from where on pixels are averaged first, or fine patterns would alias


@dataclass(frozen=True, slots=True)
class Square:
    """`side_px` from (`left_px`, `top_px`) of the picture, which it may exceed, as `size_px`."""

    left_px: float
    top_px: float
    side_px: float
    size_px: int

    @property
    def scale(self) -> float:
        """Pixels of the result to one of the picture."""
        return self.size_px / self.side_px

    def cut(self, rgb: Pixels, alpha: Pixels) -> Pixels:
        """uint8 RGBA [size, size, 4], not premultiplied, of rgb [H, W, 3] and alpha [H, W]."""
        share = alpha[..., None].astype(np.float32) / 255
        layers: NDArray[Any] = np.dstack([rgb * share, share])
        if self.scale < _SHRUNK:
            layers = np.asarray(cv2.GaussianBlur(layers, (0, 0), 0.4 / self.scale))
        shift = [(1 / self.scale - 1) / 2 + corner for corner in (self.left_px, self.top_px)]
        matrix = np.array([[1 / self.scale, 0, shift[0]], [0, 1 / self.scale, shift[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cut = cv2.warpAffine(layers, matrix, (self.size_px, self.size_px), flags=flags)
        colour = cut[..., :3] / np.maximum(cut[..., 3:], 1e-4)
        return np.asarray(np.rint(np.dstack([colour, cut[..., 3:] * 255]).clip(0, 255)), np.uint8)

    def seen_by(self, camera: Camera) -> Camera:
        """The camera of the picture, as that of the square."""
        x, y = camera.centre_px
        return replace(
            camera,
            width_px=self.size_px,
            height_px=self.size_px,
            focal_px=camera.focal_px * self.scale,
            centre_px=((x - self.left_px) * self.scale, (y - self.top_px) * self.scale),
        )


def square_around(alpha: Pixels, size_px: int) -> Square:
    """The square of `size_px` in which the character of the matte `alpha` [H, W] is whole.

    Raises MediaError where the matte is empty.
    """
    rows, columns = (np.flatnonzero((alpha >= _ANYTHING).any(axis=axis)) for axis in (1, 0))
    if len(rows) == 0:
        raise MediaError(
            "Nothing of the picture could be told apart as the character; give a picture with a "
            "plainer background, one with an alpha channel, or a matte.",
            settings=("matte",),
        )
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    side = max((bottom - top) * (1 + 2 * ROOM), float(right - left))
    return Square((left + right - side) / 2, (top + bottom - side) / 2, float(side), size_px)
