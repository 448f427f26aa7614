"""When a foot rests on the ground."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.ground import speeds

LOW_M, HIGH_M = 0.05, 0.07
SLOW_M_PER_S, FAST_M_PER_S = 0.45, 0.7
SHORTEST_S = 0.1
FURTHEST_M, ACROSS_M = 0.2, 0.05

Flags = NDArray[np.bool_]


def find_contacts(soles_m: Array, rate_fps: float) -> Flags:
    """bool [N, S], when points of the soles [N, S, 3] rest on the ground y = 0.

    Contact begins with a point both low and slow and lasts until it is high or fast; contacts
    shorter than `SHORTEST_S` are none, nor those over which the point moves by `FURTHEST_M`, or by
    `ACROSS_M` to the left or right, which is seen far better: there the camera moves, and a planted
    foot would leave its place in the picture.
    """
    height, speed = np.abs(soles_m[..., 1]), speeds(soles_m, rate_fps)
    begins = (height < LOW_M) & (speed < SLOW_M_PER_S)
    lasts = (height < HIGH_M) & (speed < FAST_M_PER_S)
    shortest = max(1, round(SHORTEST_S * rate_fps))
    contacts = np.zeros(begins.shape, bool)
    for point in range(begins.shape[1]):
        for first, end in stretches(lasts[:, point]):
            touched = np.flatnonzero(begins[first:end, point])
            if len(touched) == 0 or touched[-1] - touched[0] + 1 < shortest:
                continue
            first += touched[0]
            contacts[first:end, point] = not _slides(soles_m[first:end, point])
    return contacts


def _slides(points_m: Array) -> bool:
    """Whether a point [N, 3] gets further along the ground than one that stands."""
    across_m, along_m = np.ptp(points_m[:, [0, 2]], axis=0)
    return bool(across_m > ACROSS_M or along_m > FURTHEST_M)


def stretches(flags: Flags) -> Iterator[tuple[int, int]]:
    """First and end (not included) of each stretch of true flags [N]."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        yield int(first), int(end)
