"""Which frames of a clip repeat the one before, where they do so in a fixed order.

A film that was stored at 60 frames a second as two and three copies of each of its frames, or a
recorder that was given fewer pictures than it wrote.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from mimo_runtime.media.child.frame_changes import LONGEST, STILL
from mimo_runtime.media.clip import ClipInfo
from mimo_runtime.media.frame_rate import is_steady

FRESH, REPEAT = "1", "0"
_MOST_COPIES = 6  # of a picture: 10 a second stored as 60
_USUAL = 0.75  # quantile of all changes: those that few bits make of copies are below it
_MOST_OF_USUAL = 0.5  # what a key frame of few bits makes of some copies
_LITTLE_OF_USUAL = 0.25
_MANY = 0.8  # of the copies
_FEWEST_PERIODS = 4
_ALIKE = 0.75
_CHANCE = 1e-9  # of frames that change as they like to seem to be in order

Levels = NDArray[np.float64]


def cadence_of(changes: Sequence[int]) -> str:
    """The period in which frames are fresh and repeats, such as "10100"; "" where there is none.

    changes: `FrameChanges.levels`. Of several periods that explain all frames the one with the most
    repeats, of these the shortest. A fresh frame need not differ from the one before: somebody may
    stand still.
    """
    levels = np.asarray(changes, np.float64)
    moved = levels[levels > STILL]
    usual = float(np.quantile(moved, _USUAL)) if moved.size else 0.0
    changed = levels > max(STILL, _MOST_OF_USUAL * usual)
    periods = (_period(changed, length) for length in range(2, LONGEST + 1))
    return min(
        (
            period
            for period in periods
            if _is_even(period)
            and _is_sure(changed, period)
            and _all_fresh(levels, period)
            and _copies(levels, period, usual)
        ),
        key=lambda period: (period.count(FRESH) / len(period), len(period)),
        default="",
    )


def without_repeats(info: ClipInfo, cadence: str) -> ClipInfo:
    """`info` of the fresh frames alone, where they come at a constant rate."""
    if not cadence or not is_steady(info.timestamps_s):
        return info
    rate_fps = info.rate_fps * cadence.count(FRESH) / len(cadence)
    fresh_s = [t for index, t in enumerate(info.timestamps_s) if is_fresh(index, cadence)]
    times_s = (fresh_s[0] + float(index / rate_fps) for index in range(len(fresh_s)))
    return replace(info, cadence=cadence, rate_fps=rate_fps, timestamps_s=tuple(times_s))


def fresh_frames(frames: Iterable[VideoFrame], cadence: str) -> Iterator[VideoFrame]:
    """Those that are no repeats; all where there is no cadence."""
    return (frame for index, frame in enumerate(frames) if not cadence or is_fresh(index, cadence))


def is_fresh(index: int, cadence: str) -> bool:
    """Whether the frame with this index is no repeat."""
    return cadence[index % len(cadence)] == FRESH


def _period(changed: NDArray[np.bool_], length: int) -> str:
    """Fresh where any frame of that offset in the period has changed."""
    return "".join(FRESH if changed[offset::length].any() else REPEAT for offset in range(length))


def _is_even(period: str) -> bool:
    """Whether there are repeats, and frames stand nearly equally long, as at a constant rate."""
    first = period.find(FRESH)
    turned = period[first:] + period[:first]
    copies = [1 + len(repeats) for repeats in turned.split(FRESH)[1:]]
    most = max(copies, default=1)
    return 1 < most <= min(_MOST_COPIES, min(copies, default=1) + 1)


def _is_sure(changed: NDArray[np.bool_], period: str) -> bool:
    """Whether it is no chance that nothing changes at any repeat, going by the fresh frames."""
    is_fresh_one = _fresh(len(changed), period)[1:]  # of the first frame nothing is known
    fresh = changed[1:][is_fresh_one]
    unchanged = (1 + np.count_nonzero(~fresh)) / (2 + len(fresh))
    return bool(np.count_nonzero(~is_fresh_one) * np.log(unchanged) < np.log(_CHANCE))


def _all_fresh(levels: Levels, period: str) -> bool:
    """Whether frames change at all fresh places alike: else that order is none."""
    moved = levels > STILL
    shares = [
        moved[offset :: len(period)].mean() for offset, kind in enumerate(period) if kind == FRESH
    ]
    return len(levels) >= _FEWEST_PERIODS * len(period) and min(shares) >= _ALIKE * max(shares)


def _copies(levels: Levels, period: str, usual: float) -> bool:
    """Whether repeats are copies, and no moments in which a motion turns, slow around them."""
    fresh = _fresh(len(levels), period)
    beside = fresh & (np.roll(~fresh, 1) | np.roll(~fresh, -1)) & (levels > STILL)
    most_alike = np.quantile(levels[~fresh], _MANY) <= max(STILL, _LITTLE_OF_USUAL * usual)
    return bool(most_alike and np.median(levels[beside]) >= _MOST_OF_USUAL * usual)


def _fresh(count: int, period: str) -> NDArray[np.bool_]:
    return np.array([is_fresh(index, period) for index in range(count)])
