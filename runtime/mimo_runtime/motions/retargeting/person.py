"""A person as a file has them: a motion, its skeleton, and which joints are which bones."""

from dataclasses import dataclass, replace

import numpy as np

from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.retargeting.humanoid_bones import ENDS, Bones
from mimo_runtime.motions.retargeting.skeleton_conventions import SIDES

_CHAINS = (("up_leg", "leg", "foot"), ("arm", "forearm", "hand"))
_NO_LENGTH = 1e-3  # of the longest bone of a limb
NEXT = {"shoulder": "arm", "arm": "forearm", "forearm": "hand",
        "up_leg": "leg", "leg": "foot", "foot": "toe"}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """`motion` of `skeleton`, in the units and axes of the file `name`; `bones` name its joints.

    `usual_up` is the axis that is up by the file's layout, if that says it.
    """

    name: str
    motion: Motion
    skeleton: Skeleton
    bones: Bones
    usual_up: str | None = None

    def placed(self) -> JointTransforms:
        """Where the joints are in every frame."""
        return self.motion.placed(self.skeleton)

    def bone(self, bone: str) -> Array:
        """float64 [3], from the joint of `bone` to where it ends, at rest; perhaps of no length.

        Of a foot without toes it is not known: what a file has there may be its heel.
        """
        joint = self.bones[bone]
        side, _, part = bone.partition("_")
        if part == "foot" and f"{side}_toe" not in self.bones:
            return np.zeros(3)
        follower = self.bones.get(f"{side}_{NEXT.get(part, '')}")
        end = self.skeleton.tails_m[joint] if follower is None else self.skeleton.rest_m[follower]
        return np.asarray(end - self.skeleton.rest_m[joint], np.float64)

    def legs_length(self) -> float:
        """Of both legs from hip to ankle."""
        bones = [self.bone(f"{side}_{part}") for side in SIDES for part in ("up_leg", "leg")]
        return float(sum(np.linalg.norm(bone) for bone in bones))


def between(joints: Array, bones: Bones, part: str) -> Array:
    """The middle of the left and the right joint: [..., 3] of [..., J, 3]."""
    middle = sum(joints[..., bones[f"{side}_{part}"], :] for side in SIDES) / 2
    return np.asarray(middle, np.float64)


def across(joints: Array, bones: Bones, part: str) -> Array:
    """From the right joint to the left one: [..., 3] of [..., J, 3]."""
    left, right = (joints[..., bones[f"{side}_{part}"], :] for side in SIDES)
    return np.asarray(left - right, np.float64)


def with_ends(person: Person) -> Person:
    """`person` with hands and feet where forearms and shins end, if the skeleton has none."""
    bones, skeleton, motion = dict(person.bones), person.skeleton, person.motion
    for side in SIDES:
        for part, end in ENDS.items():
            if f"{side}_{end}" not in bones:
                bones[f"{side}_{end}"] = skeleton.joint_count
                skeleton = _with_joint(skeleton, f"{side}_{end}", bones[f"{side}_{part}"])
    added = skeleton.joint_count - person.skeleton.joint_count
    still = np.tile(np.array([1, 0, 0, 0], np.float32), (motion.frame_count, added, 1))
    rotations = np.concatenate([motion.rotations, still], axis=1)
    motion = replace(motion, joints=skeleton.names, rotations=rotations)
    return replace(person, motion=motion, skeleton=skeleton, bones=bones)


def _with_joint(skeleton: Skeleton, name: str, parent: int) -> Skeleton:
    """`skeleton` with a joint more at the end of its joint `parent`, half as long again."""
    end = skeleton.tails_m[parent]
    tail = end + (end - skeleton.rest_m[parent]) / 2
    return Skeleton(
        (*skeleton.names, name),
        (*skeleton.parents, parent),
        np.concatenate([skeleton.rest_m, end[None]]),
        np.concatenate([skeleton.tails_m, tail[None]]),
    )


def check_bones(person: Person) -> None:
    """Raise MediaError where arms, legs, hips or shoulders of `person` have no length."""
    limbs = [f"{side}_{part}" for side in SIDES for chain in _CHAINS for part in chain[:2]]
    lengths = {bone: float(np.linalg.norm(person.bone(bone))) for bone in limbs}
    for part in ("up_leg", "arm"):
        line = across(person.skeleton.rest_m, person.bones, part)
        lengths[f"left_{part} to right_{part}"] = float(np.linalg.norm(line))
    least = _NO_LENGTH * max(lengths.values())
    short = [bone for bone, length in lengths.items() if length <= least]
    if short:
        raise MediaError(
            f"In '{person.name}' these bones have no length: {', '.join(short)}. The offsets of "
            "its skeleton are missing; export it anew with the skeleton's rest posture."
        )
