"""Where joints are over time, and nothing else, as a person: what text-to-motion models write.

Positions say how bones point, not how they are turned about themselves. That is taken from the
plane of a bent elbow or knee; of a straight limb it is the least turn away from what carries it.
How a head nods and hands turn is not to be seen and follows the neck and the forearms.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from mimo_runtime.body.pose import local_rotations
from mimo_runtime.body.rotations import shortest_turn, to_quaternion, unit
from mimo_runtime.body.skeleton import Array, Skeleton, tails_from_children
from mimo_runtime.body.smpl_joints import BODY_JOINTS, JOINT_NAMES
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.files.smpl_person import PARENTS
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.retargeting.handedness import MIRRORED_BACK, mirror_axis
from mimo_runtime.motions.retargeting.hinges import bend_axis
from mimo_runtime.motions.retargeting.humanoid_bones import find_bones
from mimo_runtime.motions.retargeting.person import Person
from mimo_runtime.motions.retargeting.skeleton_conventions import SIDES
from mimo_runtime.motions.retargeting.usual_directions import usual_direction

_STRAIGHT_SINE, _BENT_SINE = 0.1, 0.35
_CHANGING = 0.3
_LIMBS = (("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle"))
_PARTS = {"shoulder": "arm", "hip": "up_leg"}


def positions_person(
    joints: Array, name: str, rate_fps: Fraction
) -> tuple[Person, tuple[str, ...]]:
    """A person whose joints are at `joints` [N, 22 or more, 3] in SMPL's order, any axes and unit.

    Left-handed places are mirrored back before they become rotations; a remark says so.

    Raises:
        MediaError: a number is not finite, or the bones change their length: these are no joints.
    """
    joints = joints[:, :BODY_JOINTS]
    _check(joints, name)
    person = _person(joints, name, rate_fps)
    axis = mirror_axis(joints, person)
    if axis is None:
        return person, ()
    flip = np.ones(3)
    flip[axis] = -1
    return _person(joints * flip, name, rate_fps), (MIRRORED_BACK,)


def _person(joints: Array, name: str, rate_fps: Fraction) -> Person:
    names = JOINT_NAMES[24][:BODY_JOINTS]
    turns = _turns({name: joints[:, index] for index, name in enumerate(names)})
    world = np.stack([turns[name] for name in names], axis=1)
    rest = np.zeros((BODY_JOINTS, 3))
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            apart = joints[:, joint] - joints[:, parent]
            local = np.einsum("nba,nb->na", world[:, parent], apart)
            rest[joint] = rest[parent] + np.median(local, axis=0)
    skeleton = Skeleton(names, PARENTS, rest, tails_from_children(PARENTS, rest))
    motion = Motion(
        joints=names,
        rate_fps=rate_fps,
        root_m=joints[:, 0].astype(np.float32),
        rotations=to_quaternion(local_rotations(PARENTS, world)).astype(np.float32),
        source=name,
    )
    return Person(name, motion, skeleton, find_bones(skeleton, name).bones)


def _check(joints: Array, name: str) -> None:
    if not np.isfinite(joints).all():
        raise MediaError(f"'{name}' holds what is no finite number; write it anew.")
    bones = joints[:, 1:] - joints[:, list(PARENTS[1:])]
    lengths = np.linalg.norm(bones, axis=-1)
    usual = np.median(lengths, axis=0)
    if (np.abs(lengths - usual) > _CHANGING * usual.mean()).mean() > _CHANGING:
        raise MediaError(
            f"The bones of '{name}' change their lengths from frame to frame, so its numbers are "
            "no places of joints in SMPL's order; give poses by their usual names, or a BVH."
        )


def _turns(at: Mapping[str, Array]) -> dict[str, Array]:
    """World rotations [N, 3, 3] of every joint, from places [N, 3]."""
    hips_left, arms_left = (
        at[f"left_{part}"] - at[f"right_{part}"] for part in ("hip", "shoulder")
    )
    middle = (at["left_hip"] + at["right_hip"]) / 2
    both = unit(hips_left) + unit(arms_left)
    turns = {
        "pelvis": _upright(hips_left, at["spine1"] - middle),
        "spine1": _upright(both, at["spine2"] - at["spine1"]),
        "spine2": _upright(both, at["spine3"] - at["spine2"]),
        "spine3": _upright(arms_left, at["neck"] - at["spine3"]),
    }
    turns["neck"] = _carried(turns["spine3"], at["head"] - at["neck"], usual_direction("neck_1"))
    turns["head"] = turns["neck"]
    for side in SIDES:
        collar = at[f"{side}_shoulder"] - at[f"{side}_collar"]
        usual = usual_direction(f"{side}_shoulder")
        turns[f"{side}_collar"] = _carried(turns["spine3"], collar, usual)
        for limb, carrier in zip(_LIMBS, ("spine3", "pelvis"), strict=True):
            turns |= _limb(at, turns[carrier], side, limb)
        foot = at[f"{side}_foot"] - at[f"{side}_ankle"]
        turns[f"{side}_ankle"] = _carried(
            turns[f"{side}_knee"], foot, usual_direction(f"{side}_foot")
        )
        turns[f"{side}_foot"] = turns[f"{side}_ankle"]
    return turns


def _limb(
    at: Mapping[str, Array], carrier: Array, side: str, limb: tuple[str, str, str]
) -> dict[str, Array]:
    start, middle, end = (at[f"{side}_{joint}"] for joint in limb)
    part = _PARTS[limb[0]]
    usual = usual_direction(f"{side}_{part}")
    axis = bend_axis(part, usual)
    upper, lower = unit(middle - start), unit(end - middle)
    plain = _carried(carrier, upper, usual)
    normal = np.cross(upper, lower)
    sine = np.linalg.norm(normal, axis=-1, keepdims=True)
    share = np.clip((sine - _STRAIGHT_SINE) / (_BENT_SINE - _STRAIGHT_SINE), 0, 1)
    straight = plain @ axis
    bends = (1 - share) * straight + share * unit(normal)
    frames = {limb[0]: _framed(upper, bends, usual, axis),
             limb[1]: _framed(lower, bends, usual, axis)}  # fmt: skip
    frames[limb[2]] = frames[limb[1]]
    return {f"{side}_{joint}": turns for joint, turns in frames.items()}


def _carried(carrier: Array, direction: Array, usual: Array) -> Array:
    """The least turn away from `carrier` [N, 3, 3] that brings `usual` [3] to `direction`."""
    local = np.einsum("nba,nb->na", carrier, direction)
    return np.asarray(carrier @ shortest_turn(usual, local), np.float64)


def _upright(left: Array, up: Array) -> Array:
    return _framed(up, left, np.array([0, 1.0, 0]), np.array([1.0, 0, 0]))


def _framed(along: Array, across: Array, usual_along: Array, usual_across: Array) -> Array:
    """Rotations [N, 3, 3] that bring one pair of directions, across each other, to another."""
    first = unit(along)
    second = unit(across - (across * first).sum(axis=-1, keepdims=True) * first)
    theirs = np.stack([first, second, np.cross(first, second)], axis=-1)
    ours = np.stack([usual_along, usual_across, np.cross(usual_along, usual_across)], axis=-1)
    return np.asarray(theirs @ ours.T, np.float64)
