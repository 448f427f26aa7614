"""Overlapping parts of a frame, in which small people are larger."""

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.tuning import TUNING


def tiles_of(width_px: int, height_px: int, count: int) -> tuple[BBox, ...]:
    """The whole frame and, for a `count` of 2 or 4, that many overlapping tiles of it.

    Two tiles lie along the longer side, four are two by two. Sides are whole px.
    """
    frame = BBox(0, 0, width_px, height_px)
    if count == 1:
        return (frame,)
    wide = width_px >= height_px
    columns = 2 if count == 4 or wide else 1
    rows = 2 if count == 4 or not wide else 1
    across, down = _spans(width_px, columns), _spans(height_px, rows)
    parts = (BBox(x[0], y[0], x[1], y[1]) for y in down for x in across)
    return (frame, *parts)


def _spans(length_px: int, count: int) -> tuple[tuple[int, int], ...]:
    if count == 1:
        return ((0, length_px),)
    size = min(length_px, round(length_px / (2 - TUNING.tile_overlap)) + 1)
    return ((0, size), (length_px - size, length_px))
