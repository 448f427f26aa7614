"""Colours spread over the surface of a mesh from where they are known."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.characters.atlas import Integers
from mimo_runtime.characters.tuning import TUNING


def diffuse(colours: Floats, known: NDArray[np.bool_], triangles: NDArray[np.int32]) -> Floats:
    """float32 [V, 3]: `colours` [V, 3] where `known` [V], elsewhere what flows in along edges.

    First the nearest known colours move inward, ring by ring; then each unknown vertex becomes
    the mean of its neighbours, over and over. Parts without any known vertex get the mean of all.
    At least one vertex is known.
    """
    starts, ends = edges(triangles)
    result = np.where(known[:, None], colours, 0).astype(np.float64)
    reached = known.copy()
    while True:
        fresh = np.unique(ends[reached[starts] & ~reached[ends]])
        if len(fresh) == 0:
            break
        result[fresh] = means(result * reached[:, None], reached, starts, ends)[fresh]
        reached[fresh] = True
    result[~reached] = result[known].mean(axis=0)
    open_ones, everywhere = np.flatnonzero(reached & ~known), np.ones(len(known), bool)
    for _ in range(TUNING.smoothing_rounds if len(open_ones) else 0):
        result[open_ones] = means(result, everywhere, starts, ends)[open_ones]
    return result.astype(np.float32)


def edges(triangles: NDArray[np.int32]) -> tuple[Integers, Integers]:
    """int [E] twice, the vertices at both ends of every edge of `triangles` [T, 3], both ways."""
    pairs = np.concatenate([triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])])
    both = np.concatenate([pairs, pairs[:, ::-1]]).astype(np.int64)
    count = int(both.max()) + 1
    numbers = np.sort(both[:, 0] * count + both[:, 1])
    first = np.r_[True, numbers[1:] != numbers[:-1]]  # np.unique hashes: five times as slow
    starts, ends = np.divmod(numbers[first], count)
    return starts, ends


def means(
    values: NDArray[np.float64], counted: NDArray[np.bool_], starts: Integers, ends: Integers
) -> NDArray[np.float64]:
    """The mean of the counted neighbours of each vertex, [V, 3]."""
    size = len(values)
    count = np.bincount(ends, counted[starts].astype(np.float64), size)
    sums = [np.bincount(ends, values[starts, channel], size) for channel in range(3)]
    return np.asarray(np.stack(sums, axis=1) / np.maximum(count, 1)[:, None], np.float64)
