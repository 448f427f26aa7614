"""A picture scaled into another shape without distortion, and the way back."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.arrays import Pixels


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Part `left`, `top`, `width`, `height` (px) of a frame, in the middle of a smaller picture.

    `scale` is picture px per frame px; `x`, `y` is where the part begins in the picture, which
    has `inner_width` times `inner_height` px of it and black elsewhere.
    """

    left: int
    top: int
    width: int
    height: int
    scale: float
    x: int
    y: int
    inner_width: int
    inner_height: int

    @classmethod
    def fitting(cls, part: BBox, width_px: int, height_px: int) -> Self:
        """`part` (whole px, inside the frame) in a picture of `width_px` times `height_px`."""
        width, height = int(part.width), int(part.height)
        scale = min(width_px / width, height_px / height)
        inner_width = min(width_px, max(1, round(width * scale)))
        inner_height = min(height_px, max(1, round(height * scale)))
        x, y = (width_px - inner_width) // 2, (height_px - inner_height) // 2
        left, top = int(part.left), int(part.top)
        return cls(left, top, width, height, scale, x, y, inner_width, inner_height)

    def picture(self, pixels: Pixels, width_px: int, height_px: int) -> Pixels:
        """The part of the frame `pixels`, in its picture, uint8 [height_px, width_px, 3]."""
        part = pixels[self.top : self.top + self.height, self.left : self.left + self.width]
        method = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_LINEAR
        inner = cv2.resize(part, (self.inner_width, self.inner_height), interpolation=method)
        boxed = np.zeros((height_px, width_px, 3), np.uint8)
        boxed[self.y : self.y + self.inner_height, self.x : self.x + self.inner_width] = inner
        return boxed

    def to_frame(self, x: float, y: float) -> tuple[float, float]:
        """The place in the frame, in px, of a place in the picture."""
        return (
            self.left + (x - self.x) * self.width / self.inner_width,
            self.top + (y - self.y) * self.height / self.inner_height,
        )
