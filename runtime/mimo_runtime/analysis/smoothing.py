"""Points over the frames of a clip: gaps filled, jitter taken out."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.frame import Floats
from mimo_runtime.analysis.one_euro import OneEuroFilter, OneEuroSettings, Series

LONGEST_GAP_S = 0.5


def fill_gaps(
    series: Floats,
    known: NDArray[np.bool_],
    times_s: NDArray[np.floating],
    longest_s: float = LONGEST_GAP_S,
) -> tuple[Floats, NDArray[np.bool_]]:
    """The series with what is not known taken from the frames around it.

    Args:
        series: float32 [frames, points, dimensions].
        known: bool [frames, points].
        times_s: [frames], growing.
        longest_s: time between two known values that is filled in a straight line.

    Returns:
        The series, and what is known now. A value in a longer gap, or before the first or after
        the last known one, is that of the nearest known frame and stays not known; a point that is
        never known stays as it is.
    """
    filled, after = series.copy(), known.copy()
    for point in range(series.shape[1]):
        places = np.flatnonzero(known[:, point])
        missing = np.flatnonzero(~known[:, point])
        if len(places) and len(missing):
            values, between = _from_around(series[:, point], places, missing, times_s, longest_s)
            filled[missing, point], after[missing, point] = values, between
    return filled, after


def _from_around(
    values: Floats,
    places: NDArray[np.int64],
    missing: NDArray[np.int64],
    times_s: NDArray[np.floating],
    longest_s: float,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Values [missing, dimensions] from those at `places`, and which lie in a short gap."""
    following = np.searchsorted(places, missing)
    first = places[np.clip(following - 1, 0, len(places) - 1)]
    last = places[np.clip(following, 0, len(places) - 1)]
    gap_s = times_s[last] - times_s[first]
    between = (first < missing) & (missing < last) & (gap_s <= longest_s)
    since_s, until_s = (
        np.abs(times_s[missing] - times_s[first]),
        np.abs(times_s[last] - times_s[missing]),
    )
    nearest = values[np.where(since_s <= until_s, first, last)]
    share = since_s / np.where(between, gap_s, 1)
    line = values[first] + share[:, None] * (values[last] - values[first])
    return np.asarray(np.where(between[:, None], line, nearest), np.float32), between


def smooth(
    series: Floats,
    times_s: NDArray[np.floating],
    confidence: Floats,
    height: float,
    settings: OneEuroSettings | None = None,
) -> Floats:
    """The series without jitter and without lag: filtered forward and backward, and the mean.

    Args:
        series: float32 [frames, points, dimensions], in px or metres.
        times_s: [frames], growing.
        confidence: 0..1, float32 [frames, points].
        height: of the body in the same unit, in which the settings count speed.
        settings: of the One-Euro filter.

    Returns:
        float32 of the series' shape; every value lies between the smallest and the largest of its
        point and dimension.
    """
    chosen = settings or OneEuroSettings()
    forward = _filtered(series / height, times_s, confidence, chosen)
    reverse = _filtered(series[::-1] / height, -times_s[::-1], confidence[::-1], chosen)[::-1]
    return np.asarray((forward + reverse) / 2 * height, np.float32)


def jitter(series: Floats, times_s: NDArray[np.floating]) -> float:
    """The mean length of the second difference over time of a series, in its unit per s².

    Args:
        series: [frames, points, dimensions] of three or more frames.
        times_s: [frames], growing.
    """
    speed = np.diff(series, axis=0) / np.diff(times_s)[:, None, None]
    middle = (times_s[1:] + times_s[:-1]) / 2
    change = np.diff(speed, axis=0) / np.diff(middle)[:, None, None]
    return float(np.linalg.norm(change, axis=-1).mean())


def _filtered(
    series: NDArray[np.floating],
    times_s: NDArray[np.floating],
    confidence: Floats,
    settings: OneEuroSettings,
) -> Series:
    one_euro = OneEuroFilter(settings)
    return np.stack(
        [
            one_euro.filter(values, float(time_s), sure[:, None])
            for values, time_s, sure in zip(series, times_s, confidence, strict=True)
        ]
    )
