"""Jitter taken out of postures that were found frame by frame."""

import numpy as np

from mimo_runtime.body.rotations import from_quaternion, to_quaternion
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.banded import smoothed, smoothed_slow, stiffness_of
from mimo_runtime.fitting.solve import Postures
from mimo_runtime.fitting.turns import continuous

_TURN_HZ, _DEPTH_HZ = 3.5, 2.5
_SLOW_RAD_PER_S = 2.5


def steadied(rough: Postures, sure: Array, rate_fps: float) -> Postures:
    """`rough` without jitter; the distance, which is known worst, is smoothed most.

    rough: in axes in which the camera is at the origin and looks along -z. sure: float64 [N], 0
    where a frame is to be interpolated.
    """
    count = len(rough.root_m)
    depth = np.maximum(-rough.root_m[:, 2], 1e-3)
    root = np.column_stack([rough.root_m[:, :2] / depth[:, None], np.log(depth)])
    known = np.maximum.accumulate(np.where(sure > 0, np.arange(count), 0))
    quaternions = continuous(to_quaternion(rough.rotations[known]))
    stiffness = stiffness_of(_TURN_HZ, rate_fps)
    each = np.repeat(sure[:, None], quaternions.shape[1], 1)
    turns = smoothed_slow(quaternions, each, stiffness, _SLOW_RAD_PER_S / 2 / rate_fps)
    across = smoothed(root[:, :2], np.repeat(sure[:, None], 2, 1), stiffness)
    far = np.exp(smoothed(root[:, 2:], sure[:, None], stiffness_of(_DEPTH_HZ, rate_fps)))
    rotations = from_quaternion(turns)
    return Postures(np.concatenate([across * far, -far], axis=1), rotations)
