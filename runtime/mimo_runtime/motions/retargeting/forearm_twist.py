"""A forearm between elbow and wrist.

A hand turns about its forearm, whose two bones cross and carry the skin along. In a skeleton all
of that turn is at the wrist, where skin would pinch; the joint of the forearm takes a part of it.
"""

import numpy as np

from mimo_runtime.body.rotations import from_axis_angle, unit
from mimo_runtime.body.skeleton import Array
from mimo_runtime.motions.retargeting.rotation_angles import twists

_SHARE = 0.5


def with_twist_of_hand(forearm: Array, hand: Array, bone: Array) -> Array:
    """World rotations of a forearm that takes part in the twist of its hand, float64 [N, 3, 3].

    It points where it pointed and turns about itself by half of the sine of the twist: by half of
    a small one, and by nothing at half a turn, where its sign is lost and all else would jump.

    Args:
        forearm, hand: world rotations [N, 3, 3].
        bone: from elbow to wrist in the zero posture [3], of any length.
    """
    along = unit(bone)
    twist = twists(np.swapaxes(forearm, -1, -2) @ hand, along)
    return np.asarray(forearm @ from_axis_angle(_SHARE * np.sin(twist)[:, None] * along))
