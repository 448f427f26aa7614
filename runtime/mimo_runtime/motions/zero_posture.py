"""Gives a person a zero posture that stands upright with the arms sideways, looking along +z.

Retargeting compares zero postures. That of many files is a person who stands; others have bones
drawn along their own axes, folded or turned (LaFAN1, Rokoko, Bandai Namco, game engines). There
the frames of the motion say how each joint's axes lie to its bone: knees and elbows by their
hinges, the other bones by the mean way in which they stand to what carries them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mimo_runtime.body.pose import JointTransforms, local_rotations
from mimo_runtime.body.rotations import shortest_turn, to_quaternion, unit
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.hinges import LIMBS, bend_axis, hinge
from mimo_runtime.motions.humanoid_bones import TRUNK
from mimo_runtime.motions.person import Person, across, between
from mimo_runtime.motions.skeleton_conventions import ARM_BONES, LEG_BONES, SIDES

_FRAMES_LOOKED_AT = 600
_FAR_DEG = {"arm": 100.0, "forearm": 100.0, "up_leg": 100.0, "leg": 100.0, "shoulder": 60.0,
            "foot": 60.0, "toe": 60.0}  # fmt: skip
_HANGING = ("arm", "forearm")  # seen from sideways and down, between T and N postures
_FAR_TRUNK_DEG = 75.0
_CONTRADICTED_DEG, _FOOT_CONTRADICTED_DEG = 45.0, 25.0
_UPRIGHT_DEG, _ASTRAY_DEG, _SNAP_DEG, _LEVEL_DEG = 10.0, 50.0, 15.0, 45.0
_TOGETHER = (("shoulder",), ("arm", "forearm", "hand"), ("up_leg", "leg"), ("foot",), ("toe",))
_FOOT_SLOPE, _NECK_SLOPE = 0.34, 0.2
_LIMBS = ("left_arm", "left_up_leg")
_CARRIED = {"arm": "shoulder", "forearm": "arm", "hand": "forearm", "leg": "up_leg",
            "foot": "leg", "toe": "foot"}  # fmt: skip
_ABREAST = 0.9  # cosine from which hips stand above each other: no person stands like that


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
    _check_abreast(person, placed)
    axes = _rest_axes(person, placed)
    hips = _hips_axes(person, placed) if axes is None else axes
    aligned, learned = _aligned(person, placed, hips, axes)
    if axes is not None and set(_LIMBS) <= set(learned):
        axes = None  # a trunk alone is no posture
        aligned, learned = _aligned(person, placed, hips, axes)
    return Standing(_realigned(person, aligned), axes, learned)


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
            aligned[bone] = _learned(person, placed, bone, aligned)
        learned += stage
    return aligned, tuple(learned)


def _swing(person: Person, bone: str, axes: Array) -> Array:
    """The turn [3, 3], in a person's axes, from where a limb usually points to where it lies.

    Hands lie as their forearms do; all else of a zero posture that stands is as it should be.
    """
    side, part = _split(bone)
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


def _check_abreast(person: Person, placed: JointTransforms) -> None:
    up = unit(between(placed.joints_m, person.bones, "arm")
               - between(placed.joints_m, person.bones, "up_leg"))  # fmt: skip
    left = unit(across(placed.joints_m, person.bones, "up_leg"))
    if abs(float((up * left).sum(axis=-1).mean())) > _ABREAST:
        raise MediaError(
            f"The hips of '{person.name}' are not level under its arms in any posture; it is no "
            "person, or its joints are other ones than their names say. Give a map of bones to "
            "joints."
        )


def _rest_axes(person: Person, placed: JointTransforms) -> Array | None:
    """Left, up, front of the zero posture as columns, or None where its trunk does not stand."""
    rest, bones = person.skeleton.rest_m, person.bones
    hips, arms = (unit(across(rest, bones, part)) for part in ("up_leg", "arm"))
    up = unit(between(rest, bones, "arm") - between(rest, bones, "up_leg"))
    if _angle_deg(hips, arms) > _LEVEL_DEG or abs(90 - _angle_deg(up, hips)) > _LEVEL_DEG:
        return None
    seen = unit(_trunk_in_hips(person, placed))
    if _angle_deg(up, seen) > _ASTRAY_DEG:
        return None
    upright = _near_axis(up, _UPRIGHT_DEG)
    return _axes(hips, up if upright is None else upright)


def _hips_axes(person: Person, placed: JointTransforms) -> Array:
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
        if spine.any() and _angle_deg(spine, up) < _ASTRAY_DEG:
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
    place = int(np.argmax(np.abs(direction)))
    axis = np.eye(3)[place] * np.sign(direction[place])
    return axis if _angle_deg(axis, direction) < within_deg else None


def _is_far(
    person: Person, placed: JointTransforms, bone: str, axes: Array, aligned: dict[str, Array]
) -> bool:
    """Whether the zero posture is of no use for `bone`, or the frames contradict it."""
    _, part = _split(bone)
    vector = person.bone(bone)
    if part == "hand":
        return False
    if not vector.any():
        seen = _learned(person, placed, bone, aligned)
        return _turned_deg(axes, seen) > _CONTRADICTED_DEG
    far_deg = _FAR_DEG.get(part, _FAR_TRUNK_DEG)
    relaxed = usual_direction(bone) - (np.array([0, 1.0, 0]) if part in _HANGING else 0)
    if _angle_deg(axes.T @ vector, relaxed) > far_deg:
        return True
    if part not in LIMBS:
        seen = _learned(person, placed, bone, aligned)
        if part in TRUNK:
            return _twisted_deg(axes.T @ seen, usual_direction(bone)) > _CONTRADICTED_DEG
        limit_deg = _FOOT_CONTRADICTED_DEG if part == "foot" else _CONTRADICTED_DEG
        return _turned_deg(axes, seen) > limit_deg
    bends = hinge(person, placed, bone)
    if bends is None:
        return False
    usual = usual_direction(bone)
    expected = shortest_turn(usual, axes.T @ vector) @ bend_axis(part, usual)
    return _angle_deg(axes.T @ bends, expected) > _CONTRADICTED_DEG


def usual_direction(bone: str) -> Array:
    """Where `bone` points when somebody stands with the arms sideways, unit [3]."""
    side, part = _split(bone)
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


def _learned(
    person: Person, placed: JointTransforms, bone: str, aligned: dict[str, Array]
) -> Array:
    """How a person's axes lie in those of the joint of `bone` [3, 3], by the frames."""
    _, part = _split(bone)
    usual, vector = usual_direction(bone), person.bone(bone)
    bends = hinge(person, placed, bone) if part in LIMBS else None
    if bends is not None:
        theirs, ours = unit(vector), bend_axis(part, usual)
        across_bone = unit(bends - (bends @ theirs) * theirs)
        return np.asarray(_frame(theirs, across_bone) @ _frame(usual, ours).T, np.float64)
    carrier = _carrier(bone, aligned)
    above = placed.turns[:, person.bones[carrier]] @ aligned[carrier]
    turns = placed.turns[:, person.bones[bone]]
    if not vector.any():
        return _mean_rotation(np.einsum("nba,nbc->ac", turns, above))
    pointing = np.einsum("nca,ncb,b->na", above, turns, unit(vector))
    swings = shortest_turn(usual, pointing)
    weights = 1 + pointing @ usual
    mean = np.einsum("n,nba,nbc,ncd->ad", weights, turns, above, swings)
    mean = _mean_rotation(mean)
    return np.asarray(shortest_turn(mean @ usual, vector) @ mean, np.float64)


def _carrier(bone: str, aligned: dict[str, Array]) -> str:
    """The nearest bone towards the hips whose axes are known."""
    side, part = _split(bone)
    carrier = f"{side}_{_CARRIED[part]}" if part in _CARRIED else ""
    if carrier in aligned:
        return carrier
    if part in LEG_BONES:
        return "hips"
    trunk = [one for one in TRUNK if one in aligned]
    if part in ARM_BONES:
        return [one for one in trunk if one in TRUNK[:4]][-1]
    return [one for one in trunk if TRUNK.index(one) < TRUNK.index(bone)][-1]


def _split(bone: str) -> tuple[str, str]:
    """Side and part of a limb's bone; no side for those of the trunk."""
    side, _, part = bone.partition("_")
    return (side, part) if side in SIDES else ("", bone)


def _frame(along: Array, across_bone: Array) -> Array:
    return np.stack([along, across_bone, np.cross(along, across_bone)], axis=1)


def _mean_rotation(summed: Array) -> Array:
    """The rotation nearest to a sum of rotations [3, 3] (Markley and others, 2007)."""
    u, _, vt = np.linalg.svd(summed)
    return np.asarray(u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt, np.float64)


def _angle_deg(one: Array, other: Array) -> float:
    cosine = float(unit(one) @ unit(other))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _turned_deg(one: Array, other: Array) -> float:
    """By how much one rotation differs from another."""
    cosine = (float(np.trace(one.T @ other)) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _twisted_deg(rotation: Array, along: Array) -> float:
    """By how much a rotation turns about the direction `along`: backs bend, but hardly twist."""
    quaternion = to_quaternion(rotation)
    twist = 2 * float(np.degrees(np.arctan2(quaternion[1:] @ along, quaternion[0])))
    return abs((twist + 180) % 360 - 180)


def _realigned(person: Person, aligned: dict[str, Array]) -> Person:
    """`person` whose joints' axes are turned by `aligned`; joints in between as their parents."""
    skeleton = person.skeleton
    by_joint = {person.bones[bone]: matrix for bone, matrix in aligned.items()}
    turns: list[Array] = []
    for joint, parent in enumerate(skeleton.parents):
        turns.append(by_joint.get(joint, turns[parent] if parent >= 0 else np.eye(3)))
    offsets = skeleton.offsets_m
    rest = np.empty_like(offsets)
    for joint, parent in enumerate(skeleton.parents):
        below = offsets[joint] if parent < 0 else rest[parent] + turns[parent].T @ offsets[joint]
        rest[joint] = below
    ends = skeleton.tails_m - skeleton.rest_m
    tails = rest + np.stack([turn.T @ end for turn, end in zip(turns, ends, strict=True)])
    world = person.placed().turns @ np.stack(turns)
    rotations = to_quaternion(local_rotations(skeleton.parents, world)).astype(np.float32)
    return replace(
        person,
        skeleton=Skeleton(skeleton.names, skeleton.parents, rest, tails),
        motion=replace(person.motion, rotations=rotations),
    )
