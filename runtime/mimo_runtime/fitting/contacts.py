"""When a foot rests on the ground."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.ground import speeds
from mimo_runtime.fitting.tuning import TUNING

Flags = NDArray[np.bool_]


def find_contacts(soles_m: Array, rate_fps: float) -> Flags:
    """bool [N, S], when points of the soles [N, S, 3] rest on the ground y = 0.

    Contact begins with a point both low and slow and lasts until it is high or fast. Short ones are
    none, nor those over which the point moves along the ground, or less far to the left or right,
    which is seen far better: there the camera moves, and a planted foot would leave its place in
    the picture.
    """
    height, speed = np.abs(soles_m[..., 1]), speeds(soles_m, rate_fps)
    begins = (height < TUNING.contact_low_m) & (speed < TUNING.contact_slow_m_per_s)
    lasts = (height < TUNING.contact_high_m) & (speed < TUNING.contact_fast_m_per_s)
    shortest = max(1, round(TUNING.contact_shortest_s * rate_fps))
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
    return bool(across_m > TUNING.contact_across_m or along_m > TUNING.contact_along_m)


def stretches(flags: Flags) -> Iterator[tuple[int, int]]:
    """First and end (not included) of each stretch of true flags [N]."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        yield int(first), int(end)
