"""Rectangles of a frame in pixels, and the squares that the networks are given."""

from collections.abc import Iterable
from dataclasses import dataclass

_SQUARE_PX = 16


@dataclass(frozen=True, slots=True)
class PixelRect:
    """Pixels `left <= x < right`, `top <= y < bottom`; the order is the official code's."""

    left: int
    right: int
    top: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels inside."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Padding:
    """Pixels added around a crop, in the official order."""

    top: int
    bottom: int
    left: int
    right: int


def union(boxes: Iterable[PixelRect]) -> PixelRect:
    """The smallest box around all `boxes`, of which there is at least one."""
    boxes = tuple(boxes)
    return PixelRect(
        min(box.left for box in boxes),
        max(box.right for box in boxes),
        min(box.top for box in boxes),
        max(box.bottom for box in boxes),
    )


def pad_to_square(height_px: int, width_px: int) -> Padding:
    """What makes a picture a centred square whose side is a multiple of 16."""
    longer = max(height_px, width_px)
    side = -(-longer // _SQUARE_PX) * _SQUARE_PX
    top, left = (side - height_px) // 2, (side - width_px) // 2
    return Padding(top, side - height_px - top, left, side - width_px - left)


def person_room(person: PixelRect, width_px: int, height_px: int) -> PixelRect:
    """The part of a frame that is given to one person.

    Official rule: a tenth of the height above and below and a twentieth of the width at the sides,
    made even, then grown to a square whose side is a multiple of 16; what would lie outside the
    frame is cut off.

    Args:
        person: the tight box around the person, not empty.
        width_px: of the frame.
        height_px: of the frame.
    """
    margin_y, margin_x = int(person.height * 0.1), int(person.width * 0.05)
    roomy = _clipped(person, Padding(margin_y, margin_y, margin_x, margin_x), width_px, height_px)
    even = PixelRect(
        roomy.left,
        roomy.right + roomy.width % 2,
        roomy.top,
        roomy.bottom + roomy.height % 2,
    )
    return _clipped(even, pad_to_square(even.height, even.width), width_px, height_px)


def _clipped(box: PixelRect, margin: Padding, width_px: int, height_px: int) -> PixelRect:
    """`box` with a margin around it, as far as the frame goes."""
    return PixelRect(
        max(0, box.left - margin.left),
        min(width_px, box.right + margin.right),
        max(0, box.top - margin.top),
        min(height_px, box.bottom + margin.bottom),
    )
