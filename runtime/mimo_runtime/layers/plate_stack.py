"""Levels that were seen of every pixel of a plate, in bounded memory, and their median."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.layers.frames import Flags, Pixels

STACK_BYTES = 256 << 20
_DEPTHS = (9, 49)
_TILE_BYTES = 16 << 20
_LIT = 0.92  # of the upper quartile: what is darker is in shadow
_NOISE = 3  # levels
_Reduce = Callable[[NDArray[np.uint8], NDArray[np.uint8]], Pixels]


class PlateStack:
    """Up to `depth` observations of each of `width_px` x `height_px` pixels."""

    def __init__(self, width_px: int, height_px: int, stack_bytes: int = STACK_BYTES) -> None:
        """The depth is what fits into `stack_bytes`, at least 9 and at most 49."""
        self.depth = max(_DEPTHS[0], min(_DEPTHS[1], stack_bytes // (width_px * height_px * 3)))
        self._levels = np.zeros((self.depth, height_px, width_px, 3), np.uint8)
        self.counts: NDArray[np.uint8] = np.zeros((height_px, width_px), np.uint8)

    def add(
        self, pixels: Pixels, visible: Flags, share: NDArray[np.float32], top: int, left: int
    ) -> None:
        """One frame's part of the plate.

        A pixel takes it in while it has fewer observations than `share` of the depth, so that they
        come from all of its time, and one that was hidden makes up for it.

        Args:
            pixels: uint8 [height, width, 3], whose first pixel lies at (`left`, `top`).
            visible: which of them count, bool [height, width].
            share: 0..1, how much of the time in which a pixel is in the picture has passed,
                float32 [height, width].
        """
        height, width = visible.shape
        counts = self.counts[top : top + height, left : left + width]
        wanted = visible & (counts < np.ceil(share * self.depth))
        rows, columns = np.nonzero(wanted)
        slots = counts[rows, columns]
        self._levels[slots, rows + top, columns + left] = pixels[rows, columns]
        counts[rows, columns] = slots + 1

    def median(self, where: Flags | None = None) -> Pixels:
        """The median of every channel, uint8 [height, width, 3]; 0 where nothing was seen.

        `where` bool [height, width] leaves all others 0, which is quicker; so for what follows.
        """
        return self._reduced(_median_of, where)

    def lit(self, where: Flags | None = None) -> Pixels:
        """The same of the observations that are not in shadow: near the upper quartile."""
        return self._reduced(_lit_of, where)

    def spread(self, where: Flags | None = None) -> NDArray[np.uint8]:
        """How far the middle half of the observations reaches, uint8 [height, width]."""
        return np.asarray(self._reduced(_spread_of, where).max(axis=2), np.uint8)

    def _reduced(self, reduce: _Reduce, where: Flags | None) -> Pixels:
        result = np.zeros((*self.counts.shape, 3), np.uint8)
        wanted = self.counts > 0 if where is None else where & (self.counts > 0)
        rows, columns = np.nonzero(wanted)
        step = max(1, _TILE_BYTES // (self.depth * 3))
        for first in range(0, len(rows), step):
            some = rows[first : first + step], columns[first : first + step]
            counts = self.counts[some]
            result[some] = reduce(self._levels[: counts.max(), *some], counts)
        return result


def _median_of(levels: NDArray[np.uint8], counts: NDArray[np.uint8]) -> Pixels:
    return _middle_of(_sorted(levels, counts), np.int64(0), counts)


def _lit_of(levels: NDArray[np.uint8], counts: NDArray[np.uint8]) -> Pixels:
    in_order = _sorted(levels, counts)
    place = 3 * (counts.astype(np.int64) - 1) // 4
    upper = np.take_along_axis(in_order, place[None, :, None], axis=0)[0]
    least = (_LIT * upper - _NOISE).clip(0).astype(np.uint8)
    return _middle_of(in_order, (in_order < least).sum(axis=0), counts)


def _spread_of(levels: NDArray[np.uint8], counts: NDArray[np.uint8]) -> Pixels:
    in_order = _sorted(levels, counts)
    last = counts.astype(np.int64) - 1
    low, high = (
        np.take_along_axis(in_order, (share * last // 4)[None, :, None], axis=0)[0]
        for share in (1, 3)
    )
    return np.asarray(high - low, np.uint8)


def _sorted(levels: NDArray[np.uint8], counts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Observations uint8 [depth, pixels, 3] in ascending order, the `counts` [pixels] first."""
    empty = np.arange(len(levels))[:, None] >= counts
    levels[empty] = 255
    levels.sort(axis=0)
    return levels


def _middle_of(
    in_order: NDArray[np.uint8], first: NDArray[np.int64] | np.int64, counts: NDArray[np.uint8]
) -> Pixels:
    """The median of the observations from `first` on, of `counts` in ascending order."""
    both = first + counts.astype(np.int64)[:, None] - 1
    both = np.broadcast_to(both, in_order.shape[1:])[None]
    low = np.take_along_axis(in_order, both // 2, axis=0)[0]
    high = np.take_along_axis(in_order, (both + 1) // 2, axis=0)[0]
    return np.asarray((low.astype(np.uint16) + high + 1) // 2, np.uint8)
