"""The 1 Euro filter: little jitter at rest, little delay in motion (Casiez et al., CHI 2012)."""

import math

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.capture.tuning import TUNING

Array = NDArray[np.float64]


class OneEuro:
    """Smooths vectors [..., D] that come `rate_hz` times a second, each by its own speed.

    Its delay is at most 1 / (2 pi cutoff) seconds: 0.08 s for 2 Hz. The cut-off rises by `slope`
    Hz for each unit a second.
    """

    def __init__(self, rate_hz: float, cutoff_hz: float, slope: float) -> None:
        self._rate_hz, self._cutoff_hz, self._slope = rate_hz, cutoff_hz, slope
        self._value: Array | None = None
        self._speed: Array | None = None

    def forget(self) -> None:
        """Begin anew with the next value."""
        self._value = self._speed = None

    def __call__(self, value: Array) -> Array:
        """The smoothed value; a copy."""
        if self._value is None or self._speed is None:
            self._value, self._speed = value.copy(), np.zeros_like(value)
            return value.copy()
        speed = (value - self._value) * self._rate_hz
        self._speed = self._speed + self._share(TUNING.speed_hz) * (speed - self._speed)
        fast = np.linalg.norm(self._speed, axis=-1, keepdims=True)
        share = self._share(self._cutoff_hz + self._slope * fast)
        self._value = self._value + share * (value - self._value)
        return self._value.copy()

    def _share(self, cutoff_hz: float | Array) -> float | Array:
        """Of a new value in the smoothed one."""
        return 1 / (1 + self._rate_hz / (2 * math.pi * cutoff_hz))
