"""Knees and elbows as hinges: what tells how a limb is turned about itself without a zero posture.

A bent limb lies in a plane; seen from the bones themselves the plane's normal stays where the
hinge is, and a knee bends backward, an elbow forward.
"""

import numpy as np

from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.rotations import unit
from mimo_runtime.body.skeleton import Array
from mimo_runtime.motions.retargeting.person import Person

LIMBS = {"arm": ("arm", "forearm", "hand"), "forearm": ("arm", "forearm", "hand"),
         "up_leg": ("up_leg", "leg", "foot"), "leg": ("up_leg", "leg", "foot")}  # fmt: skip
_BENT_SINE = 0.26  # 15 degrees
_STEADY = 0.8
_ENOUGH = 2.0


def hinge(person: Person, placed: JointTransforms, bone: str) -> Array | None:
    """float64 [3], unit, the hinge's axis in the axes of the joint of `bone`, if it is known.

    The other bones' way round it is that of `bend_axes`. None where the limb is hardly ever bent,
    or bends about an axis that does not stay.
    """
    side, _, part = bone.partition("_")
    joints = [person.bones[f"{side}_{limb}"] for limb in LIMBS[part]]
    start, middle, end = (placed.joints_m[:, joint] for joint in joints)
    normals = np.cross(unit(middle - start), unit(end - middle))
    sines = np.linalg.norm(normals, axis=-1)
    bent = sines > _BENT_SINE
    if sines[bent].sum() < _ENOUGH:
        return None
    turns = placed.turns[bent, person.bones[bone]]
    local = np.einsum("nba,nb->na", turns, normals[bent])
    mean = local.sum(axis=0) / sines[bent].sum()
    length = float(np.linalg.norm(mean))
    return None if length < _STEADY else np.asarray(mean / length, np.float64)


def bend_axis(part: str, direction: Array) -> Array:
    """float64 [3], the axis about which a limb of `direction` bends, in a person's axes.

    A person faces +z: legs bend backward about their left, arms forward.
    """
    forward = np.array([0, 0, 1.0 if part in ("arm", "forearm") else -1.0])
    axis = np.cross(direction, forward)
    return np.asarray(axis / np.linalg.norm(axis), np.float64)
