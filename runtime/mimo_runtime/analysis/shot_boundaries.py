"""Cuts: places where one shot ends and another begins."""

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels

_PICTURE_PX = (64, 36)
_GRID = (2, 2)
_LEVELS = 8
_COARSE_PX, _FINE_PX = 4.0, 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Signature:
    """What is kept of a frame: histograms, and shapes without their brightness."""

    colours: Floats
    shapes: Floats


class ShotBoundaryDetector:
    """Looks at one frame after the other.

    A cut is where colours change, by far more than from frame to frame before, and shapes with
    them: neither a change of light, nor a steady movement of the camera, nor somebody who passes
    in front is one. Fades and dissolves are not found.
    """

    def __init__(self) -> None:
        self._last: _Signature | None = None
        self._changes: deque[float] = deque(maxlen=TUNING.change_memory_frames)

    def is_cut(self, pixels: Pixels) -> bool:
        """Whether `pixels`, uint8 [height, width, 3], begins another shot than the frame before."""
        before, signature = self._last, _signature_of(pixels)
        self._last = signature
        if before is None:
            return False
        change = float(np.abs(signature.colours - before.colours).sum() / 2)
        usual = float(np.median(self._changes)) if self._changes else 0.0
        sudden = change > max(TUNING.smallest_change, TUNING.change_rise * usual)
        cut = sudden and _correlation(signature.shapes, before.shapes) < TUNING.shape_correlation
        if cut:
            self._changes.clear()
        else:
            self._changes.append(change)
        return cut


def _signature_of(pixels: Pixels) -> _Signature:
    small = np.asarray(cv2.resize(pixels, _PICTURE_PX, interpolation=cv2.INTER_AREA), np.uint8)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    shapes = cv2.GaussianBlur(grey - cv2.GaussianBlur(grey, (0, 0), _COARSE_PX), (0, 0), _FINE_PX)
    return _Signature(_histograms(small), np.asarray(shapes, np.float32))


def _histograms(small: Pixels) -> Floats:
    """Of the colours of each quarter, of sum 1 together."""
    columns, rows = _PICTURE_PX[0] // _GRID[0], _PICTURE_PX[1] // _GRID[1]
    parts = [
        small[top : top + rows, left : left + columns]
        for top in range(0, _PICTURE_PX[1], rows)
        for left in range(0, _PICTURE_PX[0], columns)
    ]
    levels, ends = [_LEVELS] * 3, [0, 256] * 3
    counts = [cv2.calcHist([part], [0, 1, 2], None, levels, ends).ravel() for part in parts]
    histogram = np.concatenate(counts)
    return np.asarray(histogram / histogram.sum(), np.float32)


def _correlation(first: Floats, second: Floats) -> float:
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float((first * second).sum()) / size if size > 0 else 0.0
