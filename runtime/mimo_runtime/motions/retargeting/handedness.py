"""Mirrored motions: left-handed data, as game engines have it, read as if right-handed.

In the mirror toes and knees point against the front that left and up give.
"""

from dataclasses import replace

import numpy as np

from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.rotations import from_quaternion, to_quaternion, unit
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.motions.retargeting.person import Person, across, between
from mimo_runtime.motions.retargeting.skeleton_conventions import SIDES
from mimo_runtime.motions.retargeting.world_axes import nearest_axis, plain_axes

MIRRORED_BACK = "left-handed data, mirrored back"
_AGAINST = -0.3
_FACING = 0.7
_BENT = 0.03  # of the length of a leg


def unmirrored(person: Person, placed: JointTransforms) -> Person:
    """`person`, mirrored back if `placed`, where its joints are, shows it mirrored."""
    axis = mirror_axis(placed.joints_m, person)
    return person if axis is None else mirrored(person, axis)


def mirror_axis(joints: Array, person: Person) -> int | None:
    """The axis along which `person`, whose joints are at [N, J, 3], is mirrored; None if not."""
    if forwardness(joints, person) > _AGAINST:
        return None
    left, up = (side.mean(axis=0) for side in _sides(joints, person))
    turned = nearest_axis(left)
    # Of the two level axes either could be the one that was turned round; the person then faces
    # the usual front or its opposite.
    usual = plain_axes(nearest_axis(up))[:, 2]
    if float(unit(np.cross(left, up)) @ usual) > _FACING:
        turned = usual
    return int(np.argmax(np.abs(turned)))


def _sides(joints: Array, person: Person) -> tuple[Array, Array]:
    """Left and up [N, 3] of joints [N, J, 3], by hips and shoulders."""
    bones = person.bones
    up = between(joints, bones, "arm") - between(joints, bones, "up_leg")
    return across(joints, bones, "up_leg") + across(joints, bones, "arm"), up


def mirrored(person: Person, axis: int) -> Person:
    """`person` with one axis of the file turned round; left stays left by name."""
    flip = np.eye(3)
    flip[axis, axis] = -1
    skeleton, motion = person.skeleton, person.motion
    rotations = flip @ from_quaternion(motion.rotations) @ flip
    return replace(
        person,
        skeleton=Skeleton(
            skeleton.names, skeleton.parents, skeleton.rest_m @ flip, skeleton.tails_m @ flip
        ),
        motion=replace(
            motion,
            root_m=(motion.root_m @ flip).astype(np.float32),
            rotations=to_quaternion(rotations).astype(np.float32),
        ),
    )


def forwardness(joints: Array, person: Person) -> float:
    """How far toes and knees [N, J, 3] point to the front, -1 to 1; 0 where nothing shows it."""
    bones = person.bones
    left, up = _sides(joints, person)
    front = unit(np.cross(left, up))
    toes, knees, bent = [], [], []
    for side in SIDES:
        hip, knee, foot = (joints[:, bones[f"{side}_{p}"]] for p in ("up_leg", "leg", "foot"))
        bend = 2 * knee - hip - foot
        knees.append((bend * front).sum())
        bent.append(np.linalg.norm(bend, axis=-1).sum())
        if f"{side}_toe" in bones:
            toes.append((unit(joints[:, bones[f"{side}_toe"]] - foot) * front).sum(axis=-1).mean())
    leg = person.legs_length() / len(SIDES) * len(joints) * len(SIDES)
    shown = [float(np.mean(toes))] if toes else []
    if sum(bent) > _BENT * leg:
        shown.append(float(sum(knees) / sum(bent)))
    return float(np.mean(shown)) if shown else 0.0
