"""A label that everybody sees, in a corner of each frame."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_HEIGHT_SHARE: Final = 0.035  # of the frame, of a capital letter
_CAPITAL_PX: Final = 21  # of the font at scale 1
_OPACITY: Final = 0.85


class VisibleLabel:
    """White letters with a dark edge at the bottom left; smaller where they would not fit."""

    def __init__(self, text: str, width_px: int, height_px: int) -> None:
        scale = max(height_px * _HEIGHT_SHARE / _CAPITAL_PX, 0.25)
        (text_px, _), _ = cv2.getTextSize(text, _FONT, scale, 1)
        margin_px = max(round(height_px * 0.02), 2)
        scale *= min(1.0, (width_px - 2 * margin_px) / text_px)
        thick_px = max(round(scale * 2), 1)
        edge, letters = (np.zeros((height_px, width_px), np.uint8) for _ in range(2))
        at = (margin_px, height_px - 2 * margin_px)
        for canvas, thickness in ((edge, 3 * thick_px), (letters, thick_px)):
            cv2.putText(canvas, text, at, _FONT, scale, 255, thickness, cv2.LINE_AA)
        rows, columns = np.flatnonzero(edge.any(1)), np.flatnonzero(edge.any(0))
        self._area = (
            slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1),
        )  # fmt: skip
        self._opacity = edge[self._area][..., None].astype(np.float32) * (_OPACITY / 255)
        self._letters = letters[self._area][..., None].astype(np.float32)

    def draw(self, rgb: NDArray[np.uint8]) -> None:
        """Draw it into uint8 RGB [height, width, 3]."""
        area = rgb[self._area]
        drawn = area * (1 - self._opacity) + self._letters * self._opacity
        area[:] = np.rint(drawn).astype(np.uint8)
