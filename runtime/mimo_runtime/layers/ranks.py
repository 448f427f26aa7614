"""Order statistics of many small sets of levels at once, by bisection instead of sorting.

A level has eight bits, so that eight comparisons of all sets with a level each find any rank.
"""

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.uint8]


def level_at(levels: Levels, rank: NDArray[np.integer]) -> Levels:
    """The level of `rank` (0 is the lowest) along the first axis.

    Args:
        levels: uint8 [depth, ...], depth at most 255.
        rank: below depth, of the shape that is left or one that broadcasts to it.
    """
    found = np.zeros(levels.shape[1:], np.uint8)
    rank = np.asarray(rank).astype(np.uint8)
    for bit in (128, 64, 32, 16, 8, 4, 2, 1):
        tried = found | np.uint8(bit)
        found = np.where(below(levels, tried) <= rank, tried, found)
    return np.asarray(found, np.uint8)


def below(levels: Levels, limit: Levels) -> NDArray[np.uint8]:
    """How many of `levels`, uint8 [depth, ...], are less than `limit`: uint8 [...]."""
    return np.asarray((levels < limit).view(np.uint8).sum(axis=0, dtype=np.uint8), np.uint8)


def middle_of(levels: Levels, first: NDArray[np.uint8], end: NDArray[np.uint8]) -> Levels:
    """The median of those of ranks `first` to `end` (exclusive), rounded up between two.

    levels: uint8 [depth, ...]; `first` and `end` broadcast to what is left, first below end.
    """
    both = first.astype(np.uint16) + end - 1
    low = level_at(levels, both // 2)
    odd = both % 2 == 1
    if not odd.any():
        return low
    high = level_at(levels, (both + 1) // 2)
    return np.asarray((low.astype(np.uint16) + high + 1) // 2, np.uint8)
