"""The frame rate of a clip, from the gaps between its frames.

What a container states is an average: frames over duration. A last frame that is held for seconds
(screen recorders, edited clips) or cut short makes it wrong, while the gaps stay right.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

NTSC = Fraction(1000, 1001)
WHOLE_FPS = tuple(map(Fraction, (10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 90, 100, 120, 240)))
STANDARD_FPS = WHOLE_FPS + tuple(whole * NTSC for whole in (12, 15, 24, 30, 48, 60, 120, 240))
_STEADY = 0.3  # of a gap: frames that come earlier or later are irregular
_PULLED_DOWN = 0.65  # of a gap: by how much, from the earliest to the latest, frames are off
_FIELDS_FPS = Fraction(60)
_GRAIN_S = 2e-3  # twice that of Matroska's time stamps, the coarsest
_NEAR = 0.03
_ROUNDED = 1e-4  # what durations in nanoseconds make of a rate; NTSC is ten times as far from whole
_MAX_DENOMINATOR = 1001


def is_steady(timestamps_s: Sequence[float]) -> bool:
    """Whether frames come at a constant rate, give or take the grain of the time stamps.

    So do those of a film that is shown as fields, two and three of a frame in turn (pulldown).
    """
    if len(timestamps_s) < 3:
        return True
    times_s = np.asarray(timestamps_s)
    gaps_s = np.diff(times_s)
    if _is_even(gaps_s):
        return True
    even_s = np.linspace(times_s[0], times_s[-1], len(times_s))
    return bool(np.ptp(times_s - even_s) <= _PULLED_DOWN * gaps_s.mean())


def _is_even(gaps_s: NDArray[np.float64]) -> bool:
    usual_s = float(np.median(gaps_s))
    return bool(np.abs(gaps_s - usual_s).max() <= max(_STEADY * usual_s, _GRAIN_S))


def rate_of(timestamps_s: Sequence[float], stated_fps: Iterable[Fraction]) -> Fraction:
    """Frames a second, as a ratio.

    Args:
        timestamps_s: of all frames, ascending.
        stated_fps: what the container states, the likeliest first, or what to take where there
            is but one frame; else taken where the gaps agree.

    Returns:
        For even gaps their mean, as one of `stated_fps` or `STANDARD_FPS` where the time stamps
        cannot tell it from one. For uneven gaps the rate of the usual one, a whole number.
    """
    stated = [
        _nearest(STANDARD_FPS, float(rate), _ROUNDED) or rate for rate in stated_fps if rate > 0
    ]
    span_s = timestamps_s[-1] - timestamps_s[0]
    if len(timestamps_s) < 2 or span_s <= 0:
        return stated[0]
    if not is_steady(timestamps_s):
        usual_fps = 1 / max(float(np.median(np.diff(timestamps_s))), 1e-3)
        return _nearest(WHOLE_FPS, usual_fps, _NEAR) or Fraction(max(1, round(usual_fps)))
    mean_fps = (len(timestamps_s) - 1) / span_s
    doubt = _GRAIN_S / span_s + 2e-5
    return (
        _film_rate(np.diff(timestamps_s))
        or _nearest(stated, mean_fps, doubt)
        or _nearest(STANDARD_FPS, mean_fps, doubt)
        or Fraction(mean_fps).limit_denominator(_MAX_DENOMINATOR)
    )


def _film_rate(gaps_s: NDArray[np.float64]) -> Fraction | None:
    """That of a film in fields, two and three of a frame in turn: two fifths of the fields'."""
    fields = np.rint(gaps_s * float(_FIELDS_FPS))
    if _is_even(gaps_s) or set(fields) != {2, 3}:
        return None
    fields_fps = float(fields.sum() / gaps_s.sum())
    rate = _nearest((_FIELDS_FPS, _FIELDS_FPS * NTSC), fields_fps, _NEAR)
    return rate and rate * 2 / 5


def ratio_of(fps: float) -> Fraction:
    """The rate that a decimal number stands for: 29.97 and 29.970029 are 30000/1001."""
    ntsc = round(fps) * NTSC
    if ntsc and abs(float(ntsc) - fps) < 2e-4 * fps:
        return ntsc
    return Fraction(str(fps)).limit_denominator(_MAX_DENOMINATOR)


def _nearest(rates: Iterable[Fraction], fps: float, doubt: float) -> Fraction | None:
    near = [rate for rate in rates if abs(float(rate) / fps - 1) <= doubt]
    return min(near, key=lambda rate: abs(float(rate) / fps - 1), default=None)
