"""The One-Euro filter: still where nothing moves, quick where something does.

Casiez, Roussel, Vogel, "1 Euro Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
Interactive Systems", CHI 2012.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OneEuroSettings:
    """`min_cutoff_hz` is the cutoff at rest; `gain` is added to it per unit of speed.

    The unit of the values is the caller's; the defaults are for heights of the body.
    `speed_cutoff_hz` is the cutoff of the speed itself.
    """

    min_cutoff_hz: float = 1.5
    gain: float = 4.0
    speed_cutoff_hz: float = 1.0


class OneEuroFilter:
    """Filters one array after the other, each number of it on its own.

    A value of small confidence moves the result by as much less; one of confidence 0 not at all.
    """

    def __init__(self, settings: OneEuroSettings) -> None:
        self._settings = settings
        self._value: Series | None = None
        self._speed: Series | None = None
        self._time_s = 0.0

    def filter(
        self, values: NDArray[np.floating], time_s: float, confidence: NDArray[np.floating]
    ) -> Series:
        """The values at `time_s`, smoothed.

        Args:
            values: of any shape, always the same.
            time_s: grows from call to call.
            confidence: 0..1, of a shape that spreads over that of the values.
        """
        wanted = np.asarray(values, np.float64)
        if self._value is None or self._speed is None:
            self._value, self._speed, self._time_s = wanted, np.zeros_like(wanted), time_s
            return wanted
        gap_s = time_s - self._time_s
        change = (wanted - self._value) / gap_s
        share = _share(np.float64(self._settings.speed_cutoff_hz), gap_s) * confidence
        self._speed = self._speed + share * (change - self._speed)
        cutoff_hz = self._settings.min_cutoff_hz + self._settings.gain * np.abs(self._speed)
        self._value = self._value + _share(cutoff_hz, gap_s) * confidence * (wanted - self._value)
        self._time_s = time_s
        return self._value


def _share(cutoff_hz: NDArray[np.float64] | np.float64, gap_s: float) -> Series:
    """The weight of a new value in a low pass of `cutoff_hz`."""
    return np.asarray(1 / (1 + 1 / (2 * math.pi * cutoff_hz * gap_s)))
