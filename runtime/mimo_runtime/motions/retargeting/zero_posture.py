"""Gives a person a zero posture that stands upright with the arms sideways, looking along +z.

Retargeting compares zero postures. That of many files is a person who stands; others have bones
drawn along their own axes, folded or turned (LaFAN1, Rokoko, Bandai Namco, game engines). There
the frames of the motion say how each joint's axes lie to its bone: knees and elbows by their
hinges, the other bones by the mean way in which they stand to what carries them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.rotations import shortest_turn
from mimo_runtime.body.skeleton import Array
from mimo_runtime.motions.retargeting.hinges import LIMBS, bend_axis, hinge
from mimo_runtime.motions.retargeting.humanoid_bones import TRUNK
from mimo_runtime.motions.retargeting.learned_axes import learned_axes
from mimo_runtime.motions.retargeting.person import Person
from mimo_runtime.motions.retargeting.realigned import realigned
from mimo_runtime.motions.retargeting.rotation_angles import angle_deg, turned_deg, twisted_deg
from mimo_runtime.motions.retargeting.skeleton_conventions import SIDES
from mimo_runtime.motions.retargeting.trunk_axes import check_abreast, hips_axes, rest_axes
from mimo_runtime.motions.retargeting.usual_directions import side_and_part, usual_direction

_FRAMES_LOOKED_AT = 600
_FAR_DEG = {"arm": 100.0, "forearm": 100.0, "up_leg": 100.0, "leg": 100.0, "shoulder": 60.0,
            "foot": 60.0, "toe": 60.0}  # fmt: skip
_HANGING = ("arm", "forearm")  # seen from sideways and down, between T and N postures
_FAR_TRUNK_DEG = 75.0
_CONTRADICTED_DEG, _FOOT_CONTRADICTED_DEG = 45.0, 25.0
_TOGETHER = (("shoulder",), ("arm", "forearm", "hand"), ("up_leg", "leg"), ("foot",), ("toe",))
_LIMBS = ("left_arm", "left_up_leg")


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A person whose zero posture stands.

    Attributes:
        person: with the new zero posture, in a person's axes: left x, up y, front z.
        axes: left, up and front of the old zero posture as columns [3, 3]; None where it did not
            stand at all.
        learned: the bones whose axes the frames gave.
    """

    person: Person
    axes: Array | None
    learned: tuple[str, ...]


def standing(person: Person) -> Standing:
    """`person` with the zero posture of somebody who stands.

    Raises:
        MediaError: left and right hip stand above each other, in the zero posture and in the
            motion: this is no person.
    """
    step = max(1, person.motion.frame_count // _FRAMES_LOOKED_AT)
    placed = person.motion.cut(slice(None, None, step)).placed(person.skeleton)
    check_abreast(person, placed)
    axes = rest_axes(person, placed)
    hips = hips_axes(person, placed) if axes is None else axes
    aligned, learned = _aligned(person, placed, hips, axes)
    if axes is not None and set(_LIMBS) <= set(learned):
        axes = None  # a trunk alone is no posture
        aligned, learned = _aligned(person, placed, hips, axes)
    return Standing(realigned(person, aligned), axes, learned)


def _aligned(
    person: Person, placed: JointTransforms, hips: Array, axes: Array | None
) -> tuple[dict[str, Array], tuple[str, ...]]:
    """How a person's axes lie in those of every bone's joint [3, 3], and what the frames told.

    axes: those of the zero posture where it stands.
    """
    aligned, learned = {"hips": hips}, []
    for stage in _stages(person):
        if axes is not None and not any(
            _is_far(person, placed, bone, axes, aligned) for bone in stage
        ):
            aligned |= {bone: axes @ _swing(person, bone, axes) for bone in stage}
            continue
        for bone in stage:
            aligned[bone] = learned_axes(person, placed, bone, aligned)
        learned += stage
    return aligned, tuple(learned)


def _swing(person: Person, bone: str, axes: Array) -> Array:
    """The turn [3, 3], in a person's axes, from where a limb usually points to where it lies.

    Hands lie as their forearms do; all else of a zero posture that stands is as it should be.
    """
    side, part = side_and_part(bone)
    if part not in (*LIMBS, "hand"):
        return np.eye(3)
    carrier = f"{side}_forearm" if part == "hand" else bone
    return shortest_turn(usual_direction(carrier), axes.T @ person.bone(carrier))


def _stages(person: Person) -> Iterator[list[str]]:
    """The bones beside the hips, from the hips outwards: those that are believed together."""
    groups = [*([bone] for bone in TRUNK[1:]), *([f"{side}_{part}" for side in SIDES for part in
              parts] for parts in _TOGETHER)]  # fmt: skip
    present = ([bone for bone in group if bone in person.bones] for group in groups)
    return (group for group in present if group)


def _is_far(
    person: Person, placed: JointTransforms, bone: str, axes: Array, aligned: dict[str, Array]
) -> bool:
    """Whether the zero posture is of no use for `bone`, or the frames contradict it."""
    _, part = side_and_part(bone)
    vector = person.bone(bone)
    if part == "hand":
        return False
    if not vector.any():
        learned = learned_axes(person, placed, bone, aligned)
        return turned_deg(axes, learned) > _CONTRADICTED_DEG
    far_deg = _FAR_DEG.get(part, _FAR_TRUNK_DEG)
    relaxed = usual_direction(bone) - (np.array([0, 1.0, 0]) if part in _HANGING else 0)
    if angle_deg(axes.T @ vector, relaxed) > far_deg:
        return True
    if part not in LIMBS:
        learned = learned_axes(person, placed, bone, aligned)
        if part in TRUNK:
            # Backs bend, but hardly twist.
            return twisted_deg(axes.T @ learned, usual_direction(bone)) > _CONTRADICTED_DEG
        limit_deg = _FOOT_CONTRADICTED_DEG if part == "foot" else _CONTRADICTED_DEG
        return turned_deg(axes, learned) > limit_deg
    bends = hinge(person, placed, bone)
    if bends is None:
        return False
    usual = usual_direction(bone)
    expected = shortest_turn(usual, axes.T @ vector) @ bend_axis(part, usual)
    return angle_deg(axes.T @ bends, expected) > _CONTRADICTED_DEG
