"""A motion at another frame rate."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from mimo_runtime.body.rotations import slerp
from mimo_runtime.motions.motion import Motion


def resample(motion: Motion, rate_fps: Fraction) -> Motion:
    """`motion` with `rate_fps` postures a second, from the same first posture to at most its last.

    Rotations are interpolated on the shorter arc, the root's path on straight lines.
    """
    if rate_fps == motion.rate_fps:
        return motion
    last = motion.frame_count - 1
    count = int(last * rate_fps / motion.rate_fps) + 1
    exact = [index * motion.rate_fps / rate_fps for index in range(count)]
    before = np.array([int(position) for position in exact])
    after = np.minimum(before + 1, last)
    share = np.array([float(position % 1) for position in exact])
    path = motion.root_m.astype(np.float64)
    root = path[before] + share[:, None] * (path[after] - path[before])
    rotations = slerp(
        motion.rotations[before],
        motion.rotations[after],
        np.broadcast_to(share[:, None], (count, len(motion.joints))),
    )
    return replace(
        motion,
        rate_fps=rate_fps,
        root_m=root.astype(np.float32),
        rotations=rotations.astype(np.float32),
    )
