"""Jitter taken out of postures that were found frame by frame."""

import numpy as np

from mimo_runtime.body.rotations import from_quaternion, to_quaternion
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.rotation_math import continuous
from mimo_runtime.fitting.solve import Poses
from mimo_runtime.fitting.tuning import TUNING
from mimo_runtime.fitting.whittaker import smoothed, smoothed_slow, stiffness_of


def smoothed_poses(
    rough: Poses, confidence: Array, rate_fps: float, looks_around: bool = False
) -> Poses:
    """`rough` without jitter; the distance, which is known worst, is smoothed most.

    Args:
        rough: in axes in which the camera is at the origin and looks along -z, unless it
            `looks_around` from there.
        confidence: float64 [N], 0 where a frame is to be interpolated.
    """
    count = len(rough.root_m)
    away = np.linalg.norm(rough.root_m, axis=1) if looks_around else -rough.root_m[:, 2]
    away = np.maximum(away, 1e-3)[:, None]
    sight = (rough.root_m if looks_around else rough.root_m[:, :2]) / away
    known = np.maximum.accumulate(np.where(confidence > 0, np.arange(count), 0))
    quaternions = continuous(to_quaternion(rough.rotations[known]))
    stiffness = stiffness_of(TUNING.turns_hz, rate_fps)
    each = np.repeat(confidence[:, None], quaternions.shape[1], 1)
    turns = smoothed_slow(quaternions, each, stiffness, TUNING.slow_rad_per_s / 2 / rate_fps)
    across = smoothed(sight, np.repeat(confidence[:, None], sight.shape[1], 1), stiffness)
    far = np.exp(
        smoothed(np.log(away), confidence[:, None], stiffness_of(TUNING.depth_hz, rate_fps))
    )
    root = across * far if looks_around else np.concatenate([across * far, -far], axis=1)
    return Poses(root, from_quaternion(turns))
