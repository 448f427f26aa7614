"""Levels that were seen of every pixel of a plate, in bounded memory, and their median."""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.layers.frames import Flags, Pixels
from mimo_runtime.layers.ranks import below, level_at, middle_of

STACK_BYTES = 320 << 20
_DEPTHS = (9, 49)
_PIXEL_BYTES = 4
_ROUNDING = 1e-6  # of a part of the time, less than a frame: 7 / 25 of 25 is more than 7
_TILE_BYTES = 8 << 20
_LIT = 0.92  # of the brightest: what is darker is in shadow
_NOISE = 3  # levels
_BRIGHT = 7  # eighths of the observations are darker than what counts as lit
_Least = int | NDArray[np.uint8]
_Levels = NDArray[np.uint8]
_Counts = NDArray[np.uint8]
_Reduce = Callable[[_Levels, _Counts], Pixels]


class PlateStack:
    """For `width_px` x `height_px` pixels one observation from each of `depth` parts of the time.

    `trust`: uint8 [depth, height, width], 0 where there is none.
    """

    def __init__(
        self, width_px: int, height_px: int, count: int, stack_bytes: int = STACK_BYTES
    ) -> None:
        """For `count` frames; deeper than 9 only as far as it fits into `stack_bytes`."""
        most = stack_bytes // (width_px * height_px * _PIXEL_BYTES)
        self.depth = min(count, max(_DEPTHS[0], min(_DEPTHS[1], most)))
        self._levels = np.zeros((self.depth, height_px, width_px, 3), np.uint8)
        self.trust: NDArray[np.uint8] = np.zeros((self.depth, height_px, width_px), np.uint8)
        self._filled = np.zeros((height_px, width_px), np.uint8)

    def add(
        self, pixels: Pixels, trust: NDArray[np.uint8], share: float, top: int, left: int
    ) -> None:
        """One frame's part of the plate; of two in one part of the time the more trusted is kept.

        Of a pixel with few observations, one whose part of the time is taken makes up for a part in
        which the pixel was hidden.

        Args:
            pixels: uint8 [height, width, 3], whose first pixel lies at (`left`, `top`).
            trust: in each, uint8 [height, width]; 0 for none.
            share: above 0 to 1, how much of the time has passed.
        """
        slot = math.ceil(share * self.depth - _ROUNDING) - 1
        part = (slice(top, top + trust.shape[0]), slice(left, left + trust.shape[1]))
        levels, known, filled = (
            kept[part] for kept in (self._levels[slot], self.trust[slot], self._filled)
        )
        better = trust > known
        late = (trust > 0) & ~better & (filled < min(slot + 1, _DEPTHS[0]))
        filled += better & (known == 0)
        cv2.copyTo(pixels, better.view(np.uint8), levels)
        cv2.copyTo(trust, better.view(np.uint8), known)
        if late.any():
            rows, columns = np.nonzero(late)
            y, x = rows + top, columns + left
            empty = self.trust[: slot + 1, y, x].argmin(axis=0)
            self._levels[empty, y, x], self.trust[empty, y, x] = pixels[late], trust[late]
            filled[late] += 1

    def counts(self, least: _Least = 1) -> _Counts:
        """How many observations have a trust of `least` or more, uint8 [height, width]."""
        return np.asarray((self.trust >= least).view(np.uint8).sum(axis=0, dtype=np.uint8))

    def best(self, enough: NDArray[np.integer], lowest: int, highest: int) -> NDArray[np.uint8]:
        """The highest trust that `enough` observations have, `lowest` where there are fewer."""
        found = np.full(self.trust.shape[1:], lowest, np.uint8)
        for trust in range(lowest + 1, highest + 1):
            found[self.counts(trust) >= enough] = trust
        return found

    def median(self, where: Flags | None = None, least: _Least = 1) -> Pixels:
        """The median of every channel, uint8 [height, width, 3]; 0 where nothing was seen.

        `where` bool [height, width] leaves all others 0, which is quicker, and only observations
        with a trust of `least` count; so for what follows.
        """
        return self._reduced(_median_of, where, least)

    def lit(self, where: Flags | None = None, least: _Least = 1) -> Pixels:
        """The same of the observations that are not in shadow: near the brightest eighth."""
        return self._reduced(_lit_of, where, least)

    def spread(self, where: Flags | None = None, least: _Least = 1) -> NDArray[np.uint8]:
        """How far the middle half of the observations reaches, uint8 [height, width]."""
        return np.asarray(self._reduced(_spread_of, where, least).max(axis=2), np.uint8)

    def _reduced(self, reduce: _Reduce, where: Flags | None, least: _Least) -> Pixels:
        every = self.counts(least)
        places = np.flatnonzero(every > 0 if where is None else where & (every > 0))
        result = np.zeros((every.size, 3), np.uint8)
        seen, trust = self._levels.reshape(self.depth, -1, 3), self.trust.reshape(self.depth, -1)
        least = np.broadcast_to(np.asarray(least, np.uint8), every.shape).ravel()
        step = max(1, _TILE_BYTES // (self.depth * 3))
        for first in range(0, len(places), step):
            some = places[first : first + step]
            levels = seen.take(some, axis=1)
            levels[trust.take(some, axis=1) < least[some]] = 255
            result[some] = reduce(levels, every.ravel()[some][:, None])
        return result.reshape(*every.shape, 3)


def _median_of(levels: _Levels, counts: _Counts) -> Pixels:
    return middle_of(levels, np.zeros_like(counts), counts)


def _lit_of(levels: _Levels, counts: _Counts) -> Pixels:
    bright = level_at(levels, _BRIGHT * (counts.astype(np.uint16) - 1) // 8)
    least = (_LIT * bright - _NOISE).clip(0).astype(np.uint8)
    return middle_of(levels, below(levels, least), counts)


def _spread_of(levels: _Levels, counts: _Counts) -> Pixels:
    last = counts.astype(np.uint16) - 1
    return np.asarray(level_at(levels, 3 * last // 4) - level_at(levels, last // 4), np.uint8)
