"""How a stored picture is to be shown: turned by quarters, mirrored, or both.

Eight ways, those of a display matrix [[a, b], [c, d]] whose entries are 0 or of one size (ISO/IEC
14496-12, 8.3.2; FFmpeg's libavutil/display.h): a stored pixel (x, y) is shown at
(a x + c y, b x + d y).
"""

import struct
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

_ENTRIES = struct.Struct("<9i")
_SMALL = 0.01  # of the largest entry: what rounding leaves of a zero


@dataclass(frozen=True, slots=True)
class Orientation:
    """Rows and columns exchanged first, then the picture mirrored across and upside down."""

    is_transposed: bool = False
    is_mirrored: bool = False
    is_flipped: bool = False

    def size_px(self, width_px: int, height_px: int) -> tuple[int, int]:
        """Width and height as shown, of a stored picture of this size; also the way back."""
        return (height_px, width_px) if self.is_transposed else (width_px, height_px)

    def upright(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """The picture as it is to be shown, a view of `pixels` [height, width, ...]."""
        if self.is_transposed:
            pixels = np.swapaxes(pixels, 0, 1)
        across, down = (-1 if turned else 1 for turned in (self.is_mirrored, self.is_flipped))
        return pixels[::down, ::across]

    @classmethod
    def from_matrix(cls, matrix: bytes) -> Self | None:
        """Of FFmpeg's display matrix, 9 int32; None where it is not one of the eight."""
        a, b, _, c, d, *_ = _ENTRIES.unpack(matrix)
        small = _SMALL * max(map(abs, (a, b, c, d)))
        if abs(b) <= small and abs(c) <= small and min(abs(a), abs(d)) > small:
            return cls(False, a < 0, d < 0)
        if abs(a) <= small and abs(d) <= small and min(abs(b), abs(c)) > small:
            return cls(True, c < 0, b < 0)
        return None


UPRIGHT = Orientation()
