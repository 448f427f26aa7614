"""Brings a motion from the skeleton of a file to that of a body.

Upper arms, forearms, thighs and shins of the result point exactly where the source's point;
trunk, shoulders, hands and feet turn away from rest as the source's do. Forearms take part in
the twist of their hands.
"""

from dataclasses import dataclass

import numpy as np

from mimo_runtime.body.pose import JointTransforms, forward_kinematics, local_rotations
from mimo_runtime.body.rotations import shortest_turn, to_quaternion
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.retargeting.forearm_twist import with_twist_of_hand
from mimo_runtime.motions.retargeting.handedness import MIRRORED_BACK, unmirrored
from mimo_runtime.motions.retargeting.humanoid_bones import Bones, find_bones
from mimo_runtime.motions.retargeting.person import Person, between, check_bones, with_ends
from mimo_runtime.motions.retargeting.skeleton_conventions import SIDES
from mimo_runtime.motions.retargeting.world_axes import WorldAxes, world_axes
from mimo_runtime.motions.retargeting.zero_posture import standing

_NEXT = {"arm": "forearm", "forearm": "hand", "up_leg": "leg", "leg": "foot"}
_CARRIED_BY = {"hand": "forearm"}
_GROUNDED_PERCENT = 5


@dataclass(frozen=True, slots=True, eq=False)
class Retargeted:
    """A motion of the target, and how the source was understood.

    Attributes:
        motion: y up, on the ground y = 0.
        axes: of the source's world.
        mirrored: whether it was mirrored back.
        learned: the bones whose zero posture was of no use.
        unit_m: the source's unit of length, if the source is as large as the target.
    """

    motion: Motion
    axes: WorldAxes
    mirrored: bool
    learned: tuple[str, ...]
    unit_m: float

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was odd about the source, for people."""
        remarks = []
        if self.mirrored:
            remarks.append(MIRRORED_BACK)
        if self.axes.up != self.axes.expected_up:
            remarks.append(
                f"people stand along {self.axes.up}, though {self.axes.expected_up} is up "
                "by the zero posture or the layout"
            )
        if self.learned:
            count = len(self.learned)
            remarks.append(f"the zero posture does not stand, {count} bones told from the frames")
        return tuple(remarks)


def retarget(
    source: Person, target: Skeleton, up: str | None = None, travel_scale: float = 1.0
) -> Retargeted:
    """The motion of `source` as a motion of `target`, y up, standing on y = 0.

    Args:
        up: which axis of the source's world is up, one of `world_axes.UP_AXES`; found if None.
        travel_scale: what the way through space is multiplied with, beyond what the lengths of
            the legs say.

    Raises:
        MediaError: bones have no length, or this is no person.
    """
    check_bones(source)
    complete = with_ends(source)
    ours = find_bones(target, "our body").bones
    unmirrored_person = unmirrored(complete, complete.placed())
    stands = standing(unmirrored_person)
    placed = stands.person.placed()
    fronts = placed.turns[:, stands.person.bones["hips"], :, 2]
    axes = world_axes(stands.person, placed, fronts, stands.axes, up)
    rotations = local_rotations(target.parents, _turns(placed, axes.matrix, stands.person,
                                                       (target, ours)))  # fmt: skip
    unit_m = _legs_length(target, ours) / source.legs_length()
    hips_m = between(placed.joints_m, stands.person.bones, "up_leg") @ axes.matrix
    root = _root(hips_m * unit_m * travel_scale, rotations, target, ours)
    motion = Motion(
        joints=target.names,
        rate_fps=source.motion.rate_fps,
        root_m=_grounded(root, rotations, target, ours).astype(np.float32),
        rotations=to_quaternion(rotations).astype(np.float32),
        source=source.motion.source,
        licence_note=source.motion.licence_note,
    )
    return Retargeted(motion, axes, unmirrored_person is not complete, stands.learned, unit_m)


def _turns(
    placed: JointTransforms, axes: Array, source: Person, target: tuple[Skeleton, Bones]
) -> Array:
    """World rotations of the target's joints, float64 [N, J, 3, 3].

    A joint that the source lacks keeps its rest posture relative to its parent.
    """
    skeleton, ours = target
    matched = {ours[bone]: bone for bone in ours if bone in source.bones}
    turns = np.empty((len(placed.turns), skeleton.joint_count, 3, 3))
    for joint, parent in enumerate(skeleton.parents):
        if joint in matched:
            bone = matched[joint]
            aligned = _alignment(bone, source, target)
            turns[:, joint] = axes.T @ placed.turns[:, source.bones[bone]] @ aligned
        else:
            turns[:, joint] = turns[:, parent] if parent >= 0 else np.eye(3)
    for side in SIDES:
        forearm, hand = ours[f"{side}_forearm"], ours[f"{side}_hand"]
        bone = skeleton.rest_m[hand] - skeleton.rest_m[forearm]
        turns[:, forearm] = with_twist_of_hand(turns[:, forearm], turns[:, hand], bone)
    return turns


def _alignment(bone: str, source: Person, target: tuple[Skeleton, Bones]) -> Array:
    """The rotation [3, 3] from the target's zero posture to the source's, for one joint."""
    side, _, part = bone.partition("_")
    part = _CARRIED_BY.get(part, part)
    if part not in _NEXT:
        return np.eye(3)
    theirs, ours = (
        skeleton.rest_m[bones[f"{side}_{_NEXT[part]}"]] - skeleton.rest_m[bones[f"{side}_{part}"]]
        for skeleton, bones in ((source.skeleton, source.bones), target)
    )
    return shortest_turn(ours, theirs)


def _legs_length(skeleton: Skeleton, bones: Bones) -> float:
    parts = ("up_leg", "leg", "foot")
    chains = [[skeleton.rest_m[bones[f"{side}_{part}"]] for part in parts] for side in SIDES]
    return float(sum(np.linalg.norm(np.diff(chain, axis=0), axis=1).sum() for chain in chains))


def _root(hips_m: Array, rotations: Array, target: Skeleton, ours: Bones) -> Array:
    """Where the root must be for the middle of the hips to be at `hips_m` [N, 3]."""
    placed = forward_kinematics(target, np.zeros_like(hips_m), rotations)
    return hips_m - between(placed.joints_m, ours, "up_leg")


def _grounded(root: Array, rotations: Array, target: Skeleton, ours: Bones) -> Array:
    """`root` lifted or lowered, by one height for all frames, so that the feet reach y = 0."""
    feet = [ours[f"{side}_{part}"] for side in SIDES for part in ("foot", "toe") if
            f"{side}_{part}" in ours]  # fmt: skip
    joints = forward_kinematics(target, root, rotations).joints_m[:, feet, 1]
    above = (joints - target.rest_m[feet, 1]).min(axis=1)
    ground = float(np.percentile(above, _GROUNDED_PERCENT))
    return np.asarray(root - [0, ground, 0], np.float64)
