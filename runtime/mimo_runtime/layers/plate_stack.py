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

    def median(self) -> Pixels:
        """The median of every channel, uint8 [height, width, 3]; 0 where nothing was seen."""
        return self._reduced(_median_of)

    def lit(self) -> Pixels:
        """The same of the observations that are not in shadow: near the upper quartile."""
        return self._reduced(_lit_of)

    def spread(self) -> NDArray[np.uint8]:
        """How far the middle half of the observations reaches, uint8 [height, width]."""
        return np.asarray(self._reduced(_spread_of).max(axis=2), np.uint8)

    def _reduced(self, reduce: Callable[[NDArray[np.uint8], NDArray[np.uint8]], Pixels]) -> Pixels:
        depth, height, width, _ = self._levels.shape
        result = np.zeros((height, width, 3), np.uint8)
        step = max(1, _TILE_BYTES // (depth * width * 3))
        for top in range(0, height, step):
            rows = slice(top, min(top + step, height))
            result[rows] = reduce(self._levels[:, rows], self.counts[rows])
        return result


def _median_of(levels: NDArray[np.uint8], counts: NDArray[np.uint8]) -> Pixels:
    return _middle_of(_sorted(levels, counts), np.int64(0), counts)


def _lit_of(levels: NDArray[np.uint8], counts: NDArray[np.uint8]) -> Pixels:
    in_order = _sorted(levels, counts)
    place = (3 * (counts.astype(np.int64) - 1).clip(0)) // 4
    upper = np.take_along_axis(in_order, place[None, :, :, None], axis=0)[0]
    least = (_LIT * upper - _NOISE).clip(0).astype(np.uint8)
    return _middle_of(in_order, (in_order < least).sum(axis=0), counts)


def _spread_of(levels: NDArray[np.uint8], counts: NDArray[np.uint8]) -> Pixels:
    in_order = _sorted(levels, counts)
    last = (counts.astype(np.int64) - 1).clip(0)
    low, high = (
        np.take_along_axis(in_order, (share * last // 4)[None, :, :, None], axis=0)[0]
        for share in (1, 3)
    )
    return np.asarray(high - low, np.uint8)


def _sorted(levels: NDArray[np.uint8], counts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    deepest = max(1, int(counts.max()))
    empty = np.arange(deepest)[:, None, None] >= counts
    return np.sort(np.where(empty[..., None], np.uint8(255), levels[:deepest]), axis=0)


def _middle_of(
    in_order: NDArray[np.uint8], first: NDArray[np.int64] | np.int64, counts: NDArray[np.uint8]
) -> Pixels:
    """The median of the observations from `first` on, of `counts` in ascending order."""
    both = first + counts.astype(np.int64)[:, :, None] - 1
    both = np.broadcast_to(both, in_order.shape[1:]).clip(0)[None]
    low = np.take_along_axis(in_order, both // 2, axis=0)[0]
    high = np.take_along_axis(in_order, (both + 1) // 2, axis=0)[0]
    middle = (low.astype(np.uint16) + high + 1) // 2
    middle[counts == 0] = 0
    return np.asarray(middle, np.uint8)
