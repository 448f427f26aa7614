"""Left, up and front of a person's trunk, by its zero posture or by how it moves."""

import numpy as np

from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.rotations import unit
from mimo_runtime.body.skeleton import Array
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.retargeting.humanoid_bones import TRUNK
from mimo_runtime.motions.retargeting.person import Person, across, between
from mimo_runtime.motions.retargeting.rotation_angles import angle_deg

_UPRIGHT_DEG, _ASTRAY_DEG, _SNAP_DEG, _LEVEL_DEG = 10.0, 50.0, 15.0, 45.0
_ABREAST = 0.9  # cosine from which hips stand above each other: no person stands like that


def check_abreast(person: Person, placed: JointTransforms) -> None:
    """Refuse what is no person: hips one above the other in the whole motion.

    Raises MediaError.
    """
    up = unit(between(placed.joints_m, person.bones, "arm")
               - between(placed.joints_m, person.bones, "up_leg"))  # fmt: skip
    left = unit(across(placed.joints_m, person.bones, "up_leg"))
    if abs(float((up * left).sum(axis=-1).mean())) > _ABREAST:
        raise MediaError(
            f"The hips of '{person.name}' are not level under its arms in any posture; it is no "
            "person, or its joints are other ones than their names say. Give a map of bones to "
            "joints.",
            settings=("joints",),
        )


def rest_axes(person: Person, placed: JointTransforms) -> Array | None:
    """Left, up, front of the zero posture as columns, or None where its trunk does not stand."""
    rest, bones = person.skeleton.rest_m, person.bones
    hips, arms = (unit(across(rest, bones, part)) for part in ("up_leg", "arm"))
    up = unit(between(rest, bones, "arm") - between(rest, bones, "up_leg"))
    if angle_deg(hips, arms) > _LEVEL_DEG or abs(90 - angle_deg(up, hips)) > _LEVEL_DEG:
        return None
    axes_in_hips = unit(_trunk_in_hips(person, placed))
    if angle_deg(up, axes_in_hips) > _ASTRAY_DEG:
        return None
    upright = _near_axis(up, _UPRIGHT_DEG)
    return _axes(hips, up if upright is None else upright)


def hips_axes(person: Person, placed: JointTransforms) -> Array:
    """Left, up, front of the hips in their joint's own axes.

    Up is where the spine begins, or the joint's axis near to that; where the frames contradict it,
    how the trunk stands on the hips.
    """
    rest, bones = person.skeleton.rest_m, person.bones
    left = unit(across(rest, bones, "up_leg"))
    up = unit(_trunk_in_hips(person, placed))
    first = next((bone for bone in TRUNK[1:] if bone in bones), None)
    if first is not None:
        spine = rest[bones[first]] - between(rest, bones, "up_leg")
        if spine.any() and angle_deg(spine, up) < _ASTRAY_DEG:
            up = unit(spine)
    along = _near_axis(up, _SNAP_DEG)
    return _axes(left, up if along is None else along)


def _trunk_in_hips(person: Person, placed: JointTransforms) -> Array:
    """float64 [3], the mean way from the hips to the arms, in the axes of the hips' joint."""
    bones = person.bones
    trunk = unit(between(placed.joints_m, bones, "arm") - between(placed.joints_m, bones, "up_leg"))
    return np.asarray(np.einsum("nba,nb->a", placed.turns[:, bones["hips"]], trunk), np.float64)


def _axes(left: Array, up: Array) -> Array:
    """Columns left, up, front [3, 3]: `up` is kept, `left` made level to it."""
    level = unit(left - (left @ up) * up)
    return np.stack([level, up, np.cross(level, up)], axis=1)


def _near_axis(direction: Array, within_deg: float) -> Array | None:
    index = int(np.argmax(np.abs(direction)))
    axis = np.eye(3)[index] * np.sign(direction[index])
    return axis if angle_deg(axis, direction) < within_deg else None
