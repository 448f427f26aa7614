"""Three cameras: one that stands, one that pans, one that is held by hand."""

from typing import Final

import numpy as np

from mimo_runtime.body.camera import Camera, look_at
from mimo_runtime.body.skeleton import Array

CAMERAS: Final = ("static", "pan", "hand")
_DISTANCE_M, _HEIGHT_M, _TARGET_M = 4.4, 1.25, 0.95
_FOCAL = 1.35  # of the width
_PAN_M = 0.55  # how far from the middle the line of sight begins and ends
_SWAY_M, _SWAY_LOOK_M = 0.035, 0.06


def camera_at(kind: str, seed: int, time_s: float, duration_s: float, size_px: int) -> Camera:
    """The camera of a clip at `time_s`; it films the middle from the front, 4.4 m away."""
    random = np.random.default_rng((seed, 7))
    side = random.uniform(-0.5, 0.5)
    place, target = np.array([side, _HEIGHT_M, _DISTANCE_M]), np.array([0, _TARGET_M, 0.0])
    if kind == "pan":
        way = random.choice([-1, 1])
        target[0] += way * _PAN_M * np.sin(np.pi * (time_s / duration_s - 0.5))
    if kind == "hand":
        place += _SWAY_M * _sway(random, time_s)
        target += _SWAY_LOOK_M * _sway(random, time_s)
    return look_at(place, target, size_px, size_px, _FOCAL * size_px)


def _sway(random: np.random.Generator, time_s: float) -> Array:
    """Three slow waves a number, float64 [3], about -1 to 1."""
    rates_hz, starts = random.uniform(0.15, 1.3, (3, 3)), random.uniform(0, 2 * np.pi, (3, 3))
    return np.asarray(np.sin(2 * np.pi * rates_hz * time_s + starts).mean(axis=0), np.float64)
