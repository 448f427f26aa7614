"""Levels that were seen of every pixel of a plate, in bounded memory, and their median.

Stratified sampling over the time: each slot belongs to a part of the segment and keeps its best
observation.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Pixels
from mimo_runtime.layers.frames import Flags
from mimo_runtime.layers.plate.tuning import TUNING

Levels = NDArray[np.uint8]
_Least = int | NDArray[np.uint8]
_Levels = NDArray[np.uint8]
_Counts = NDArray[np.uint8]
_Reduce = Callable[[_Levels, _Counts], Pixels]


def value_at_rank(levels: Levels, rank: NDArray[np.integer]) -> Levels:
    """The level of `rank` (0 is the lowest) along the first axis.

    Args:
        levels: uint8 [depth, ...], depth at most 255.
        rank: below depth, of the shape that is left or one that broadcasts to it.
    """
    value = np.zeros(levels.shape[1:], np.uint8)
    rank = np.asarray(rank).astype(np.uint8)
    for bit in (128, 64, 32, 16, 8, 4, 2, 1):
        tried = value | np.uint8(bit)
        value = np.where(count_below(levels, tried) <= rank, tried, value)
    return np.asarray(value, np.uint8)


def count_below(levels: Levels, limit: Levels) -> NDArray[np.uint8]:
    """How many of `levels`, uint8 [depth, ...], are less than `limit`: uint8 [...]."""
    return np.asarray((levels < limit).view(np.uint8).sum(axis=0, dtype=np.uint8), np.uint8)


def median_of_ranks(levels: Levels, first: NDArray[np.uint8], end: NDArray[np.uint8]) -> Levels:
    """The median of those of ranks `first` to `end` (exclusive), rounded up between two.

    levels: uint8 [depth, ...]; `first` and `end` broadcast to what is left, first below end.
    """
    both = first.astype(np.uint16) + end - 1
    low = value_at_rank(levels, both // 2)
    odd = both % 2 == 1
    if not odd.any():
        return low
    high = value_at_rank(levels, (both + 1) // 2)
    return np.asarray((low.astype(np.uint16) + high + 1) // 2, np.uint8)


class PlateStack:
    """For `width_px` x `height_px` pixels one observation from each of `depth` parts of the time.

    `visibility`: uint8 [depth, height, width], 0 where there is none.
    """

    def __init__(
        self, width_px: int, height_px: int, count: int, stack_bytes: int = TUNING.stack_bytes
    ) -> None:
        """For `count` frames; deeper than 9 only as far as it fits into `stack_bytes`."""
        most = stack_bytes // (width_px * height_px * TUNING.pixel_bytes)
        self.depth = min(count, max(TUNING.depths[0], min(TUNING.depths[1], most)))
        self._levels = np.zeros((self.depth, height_px, width_px, 3), np.uint8)
        self.visibility: NDArray[np.uint8] = np.zeros((self.depth, height_px, width_px), np.uint8)
        self._filled = np.zeros((height_px, width_px), np.uint8)

    def add(
        self, pixels: Pixels, visibility: NDArray[np.uint8], share: float, top: int, left: int
    ) -> None:
        """One frame's part of the plate; of two in one part of the time the more trusted is kept.

        Of a pixel with few observations, one whose part of the time is taken makes up for a part in
        which the pixel was hidden.

        Args:
            pixels: uint8 [height, width, 3], whose first pixel lies at (`left`, `top`).
            visibility: in each, uint8 [height, width]; 0 for none.
            share: above 0 to 1, how much of the time has passed.
        """
        slot = math.ceil(share * self.depth - TUNING.rounding) - 1
        part = (slice(top, top + visibility.shape[0]), slice(left, left + visibility.shape[1]))
        levels, known, filled = (
            kept[part] for kept in (self._levels[slot], self.visibility[slot], self._filled)
        )
        better = visibility > known
        late = (visibility > 0) & ~better & (filled < min(slot + 1, TUNING.depths[0]))
        filled += better & (known == 0)
        cv2.copyTo(pixels, better.view(np.uint8), levels)
        cv2.copyTo(visibility, better.view(np.uint8), known)
        if late.any():
            rows, columns = np.nonzero(late)
            y, x = rows + top, columns + left
            empty = self.visibility[: slot + 1, y, x].argmin(axis=0)
            self._levels[empty, y, x], self.visibility[empty, y, x] = pixels[late], visibility[late]
            filled[late] += 1

    def counts(self, least: _Least = 1) -> _Counts:
        """How many observations have a visibility of `least` or more, uint8 [height, width]."""
        return np.asarray((self.visibility >= least).view(np.uint8).sum(axis=0, dtype=np.uint8))

    def best(self, enough: NDArray[np.integer], lowest: int, highest: int) -> NDArray[np.uint8]:
        """The highest visibility of `enough` observations, `lowest` where there are fewer."""
        result = np.full(self.visibility.shape[1:], lowest, np.uint8)
        for visibility in range(lowest + 1, highest + 1):
            result[self.counts(visibility) >= enough] = visibility
        return result

    def median(self, where: Flags | None = None, least: _Least = 1) -> Pixels:
        """The median of every channel, uint8 [height, width, 3]; 0 where nothing was seen.

        `where` bool [height, width] leaves all others 0, which is quicker, and only observations
        with a visibility of `least` count; so for what follows.
        """
        return self._reduced(_median_of, where, least)

    def lit(self, where: Flags | None = None, least: _Least = 1) -> Pixels:
        """The same of the observations that are not in shadow: near the brightest eighth."""
        return self._reduced(_lit_of, where, least)

    def spread(self, where: Flags | None = None, least: _Least = 1) -> NDArray[np.uint8]:
        """How far the middle half of the observations reaches, uint8 [height, width]."""
        return np.asarray(self._reduced(_spread_of, where, least).max(axis=2), np.uint8)

    def _reduced(self, reduce: _Reduce, where: Flags | None, least: _Least) -> Pixels:
        counts = self.counts(least)
        pixels = np.flatnonzero(counts > 0 if where is None else where & (counts > 0))
        result = np.zeros((counts.size, 3), np.uint8)
        observations, visibility = (
            self._levels.reshape(self.depth, -1, 3),
            self.visibility.reshape(self.depth, -1),
        )
        least = np.broadcast_to(np.asarray(least, np.uint8), counts.shape).ravel()
        step = max(1, TUNING.tile_bytes // (self.depth * 3))
        for first in range(0, len(pixels), step):
            some = pixels[first : first + step]
            levels = observations.take(some, axis=1)
            levels[visibility.take(some, axis=1) < least[some]] = 255
            result[some] = reduce(levels, counts.ravel()[some][:, None])
        return result.reshape(*counts.shape, 3)


def _median_of(levels: _Levels, counts: _Counts) -> Pixels:
    return median_of_ranks(levels, np.zeros_like(counts), counts)


def _lit_of(levels: _Levels, counts: _Counts) -> Pixels:
    bright = value_at_rank(levels, TUNING.bright_eighths * (counts.astype(np.uint16) - 1) // 8)
    least = (TUNING.lit_share * bright - TUNING.noise_levels).clip(0).astype(np.uint8)
    return median_of_ranks(levels, count_below(levels, least), counts)


def _spread_of(levels: _Levels, counts: _Counts) -> Pixels:
    last = counts.astype(np.uint16) - 1
    return np.asarray(
        value_at_rank(levels, 3 * last // 4) - value_at_rank(levels, last // 4), np.uint8
    )
