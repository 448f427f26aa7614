"""Rectangles around people, in fractions of pixels."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BBox:
    """From (`left`, `top`) to (`right`, `bottom`) in px; may reach beyond the frame."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Square pixels."""
        return max(0.0, self.width) * max(0.0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle, x and y in px."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @classmethod
    def around(cls, points: NDArray[np.floating]) -> Self:
        """The smallest region around `points` [count, 2 or more], of which there is one."""
        left, top = points[:, :2].min(axis=0)
        right, bottom = points[:, :2].max(axis=0)
        return cls(float(left), float(top), float(right), float(bottom))

    def moved(self, x_px: float, y_px: float) -> "BBox":
        """The same size elsewhere."""
        return BBox(self.left + x_px, self.top + y_px, self.right + x_px, self.bottom + y_px)

    def joined(self, other: "BBox") -> "BBox":
        """The smallest region around both."""
        return BBox(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def within(self, width_px: int, height_px: int) -> "BBox":
        """The part inside a frame of this size; of no area where there is none."""
        left, right = np.clip((self.left, self.right), 0, width_px)
        top, bottom = np.clip((self.top, self.bottom), 0, height_px)
        return BBox(float(left), float(top), float(right), float(bottom))


def overlap(first: BBox, second: BBox) -> float:
    """The area that both share, in square px."""
    width = min(first.right, second.right) - max(first.left, second.left)
    height = min(first.bottom, second.bottom) - max(first.top, second.top)
    return max(0.0, width) * max(0.0, height)


def intersection_over_union(first: BBox, second: BBox) -> float:
    """Shared area over the area of both together: 0 apart or empty, 1 equal."""
    shared = overlap(first, second)
    together = first.area + second.area - shared
    return shared / together if together > 0 else 0.0
