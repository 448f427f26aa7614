"""Where the bones of somebody point who stands upright with the arms sideways, looking along +z."""

import numpy as np

from mimo_runtime.body.rotations import unit
from mimo_runtime.body.skeleton import Array
from mimo_runtime.motions.retargeting.skeleton_conventions import ARM_BONES, LEG_BONES, SIDES

_FOOT_SLOPE, _NECK_SLOPE = 0.34, 0.2


def usual_direction(bone: str) -> Array:
    """Where `bone` points when somebody stands with the arms sideways, unit [3]."""
    side, part = side_and_part(bone)
    sideways = 1.0 if side == "left" else -1.0
    if part in ARM_BONES:
        return np.array([sideways, 0, 0])
    if part == "foot":
        return unit(np.array([0, -_FOOT_SLOPE, 1.0]))
    if part == "toe":
        return np.array([0, 0, 1.0])
    if part.startswith("neck"):
        return unit(np.array([0, 1.0, _NECK_SLOPE]))
    return np.array([0, -1.0 if part in LEG_BONES else 1.0, 0])


def side_and_part(bone: str) -> tuple[str, str]:
    """Side and part of a limb's bone; no side for those of the trunk."""
    side, _, part = bone.partition("_")
    return (side, part) if side in SIDES else ("", bone)
