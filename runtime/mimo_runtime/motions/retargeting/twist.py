"""Shares the twist of a wrist with the forearm, as bones do; skin that twists at once pinches."""

import numpy as np

from mimo_runtime.body.rotations import from_axis_angle, to_quaternion
from mimo_runtime.body.skeleton import Array, Skeleton

SHARE = 0.5


def share_twist(turns: Array, skeleton: Skeleton, upper: int, lower: int) -> None:
    """Turn the joint `upper` about its bone by about `SHARE` of the twist between it and `lower`.

    By `SHARE` times the sine of the twist, that is: a twist that passes half a turn, where its
    sign is lost, then makes nothing jump.

    turns: world rotations float64 [N, J, 3, 3], changed in place. Bones point where they pointed,
    and `lower` and all below it keep their world rotation.
    """
    axis = skeleton.rest_m[lower] - skeleton.rest_m[upper]
    axis = axis / np.linalg.norm(axis)
    between = np.swapaxes(turns[:, upper], -1, -2) @ turns[:, lower]
    quaternions = to_quaternion(between)
    twist = 2 * np.arctan2(quaternions[:, 1:] @ axis, quaternions[:, 0])
    turns[:, upper] = turns[:, upper] @ from_axis_angle(SHARE * np.sin(twist)[:, None] * axis)
