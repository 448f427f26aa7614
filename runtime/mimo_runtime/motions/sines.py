"""Turns of joints over time as a motion of the shipped body that stands on the ground."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from mimo_runtime.body.pose import forward_kinematics
from mimo_runtime.body.rotations import to_quaternion
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.motions.motion import Motion

X, Y, Z = range(3)
SIDES = (("Left", 1.0, 0.0), ("Right", -1.0, np.pi))
ARM_DOWN_DEG = 35.0
_FEET = ("LeftFoot", "LeftToeBase", "RightFoot", "RightToeBase")

Turns = Mapping[str, Array]


def standing_motion(
    skeleton: Skeleton, turns: Turns, frame_count: int, rate_fps: Fraction, source: str
) -> Motion:
    """The motion in which each joint of `turns` is turned by its matrices [N, 3, 3].

    Joints that are not named stay at rest. The root goes where the lowest foot stands still.
    """
    rotations = np.tile(np.eye(3), (frame_count, skeleton.joint_count, 1, 1))
    for name, turned in turns.items():
        rotations[:, skeleton.index(name)] = turned
    return Motion(
        joints=skeleton.names,
        rate_fps=rate_fps,
        root_m=_carried(skeleton, rotations).astype(np.float32),
        rotations=to_quaternion(rotations).astype(np.float32),
        source=source,
        licence_note="CC0-1.0",
    )


def lifted(motion: Motion, heights_m: Array) -> Motion:
    """`motion` with its root higher by `heights_m` [N]."""
    root = motion.root_m.copy()
    root[:, 1] += heights_m.astype(np.float32)
    return replace(motion, root_m=root)


def _carried(skeleton: Skeleton, rotations: Array) -> Array:
    """Places of the root [N, 3] for which the lowest foot stands still on the ground."""
    feet = [skeleton.index(name) for name in _FEET]
    placed = forward_kinematics(skeleton, np.zeros((len(rotations), 3)), rotations)
    points = placed.joints_m[:, feet]
    heights = points[..., 1] - skeleton.rest_m[feet, 1]
    lowest = heights.argmin(axis=1)[1:]
    frames = np.arange(1, len(rotations))
    root = np.tile(skeleton.rest_m[0], (len(rotations), 1))
    root[1:] -= np.cumsum(points[frames, lowest] - points[frames - 1, lowest], axis=0)
    root[:, 1] = -heights.min(axis=1)
    return root
