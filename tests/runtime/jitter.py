"""How much points shake."""

import numpy as np
from numpy.typing import NDArray


def jitter(series: NDArray[np.floating], times_s: NDArray[np.floating]) -> float:
    """The mean length of the second difference over time of a series, in its unit per s².

    Args:
        series: [frames, points, dimensions] of three or more frames.
        times_s: [frames], growing.
    """
    speed = np.diff(series, axis=0) / np.diff(times_s)[:, None, None]
    middle = (times_s[1:] + times_s[:-1]) / 2
    change = np.diff(speed, axis=0) / np.diff(middle)[:, None, None]
    return float(np.linalg.norm(change, axis=-1).mean())
