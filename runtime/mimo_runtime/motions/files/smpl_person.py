"""A motion of the SMPL family as a person: on the user's body model, or on a skeleton of our own.

For our own body only the directions of the joints at rest are needed, and SMPL's are those of
somebody who stands upright with the arms stretched sideways.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from mimo_runtime.body.rotations import to_quaternion
from mimo_runtime.body.skeleton import Skeleton, tails_from_children
from mimo_runtime.body.smpl import SmplModel, smpl_body
from mimo_runtime.body.smpl_joints import BODY_JOINTS, JOINT_NAMES
from mimo_runtime.motions.files.smpl_keys import SmplMotion
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.retargeting.handedness import forwardness
from mimo_runtime.motions.retargeting.humanoid_bones import find_bones
from mimo_runtime.motions.retargeting.person import Person

LICENCE_NOTE = "SMPL family: see the licence of the data set or the program that it is from"
PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)
_OFFSETS_M = (
    (0, 0.95, 0), (0.09, -0.07, 0), (-0.09, -0.07, 0), (0, 0.1, 0), (0, -0.41, 0), (0, -0.41, 0),
    (0, 0.13, 0), (0, -0.41, 0), (0, -0.41, 0), (0, 0.07, 0), (0, -0.04, 0.13), (0, -0.04, 0.13),
    (0, 0.21, 0), (0.07, 0.12, 0), (-0.07, 0.12, 0), (0, 0.09, 0.03), (0.11, 0, 0), (-0.11, 0, 0),
    (0.26, 0, 0), (-0.26, 0, 0), (0.25, 0, 0), (-0.25, 0, 0),
)  # fmt: skip


def plain_skeleton() -> Skeleton:
    """SMPL's 22 joints of the body with bones of round lengths of our own, metres, y up."""
    rest = np.zeros((BODY_JOINTS, 3))
    for joint, parent in enumerate(PARENTS):
        rest[joint] = np.array(_OFFSETS_M[joint]) + (rest[parent] if parent >= 0 else 0)
    names = JOINT_NAMES[24][:BODY_JOINTS]
    return Skeleton(names, PARENTS, rest, tails_from_children(PARENTS, rest))


def likelier(
    motion: SmplMotion, name: str, rate_fps: Fraction, model: SmplModel | None = None
) -> Person:
    """As `smpl_person`; rotations of six numbers by rows or by columns, as knees and toes show."""
    person = smpl_person(motion, name, rate_fps, model)
    if not motion.is_six:
        return person
    other = replace(motion, rotations=motion.rotations.swapaxes(-1, -2))
    turned_round = smpl_person(other, name, rate_fps, model)
    people = (person, turned_round)
    return max(people, key=lambda each: forwardness(each.placed().joints_m, each))


def smpl_person(
    motion: SmplMotion, name: str, rate_fps: Fraction, model: SmplModel | None = None
) -> Person:
    """`motion` of the file `name` on the skeleton of `model`, or on `plain_skeleton`.

    Hands are kept where motion and model both have them, else they stay at rest. Axes are the
    file's.
    """
    skeleton = plain_skeleton() if model is None else smpl_body(model, motion.betas).skeleton
    hips = skeleton.rest_m[0]
    if model is not None:
        hips = (model.regressor @ model.vertices_m(motion.betas))[0]
    joints, given = skeleton.joint_count, motion.rotations.shape[1]
    used = joints if joints == given else BODY_JOINTS
    rotations = np.tile(np.eye(3), (len(motion.path), joints, 1, 1))
    rotations[:, :used] = motion.rotations[:, :used]
    return Person(
        name,
        Motion(
            joints=skeleton.names,
            rate_fps=rate_fps,
            root_m=(motion.path + hips).astype(np.float32),
            rotations=to_quaternion(rotations).astype(np.float32),
            source=name,
            licence_note=LICENCE_NOTE,
        ),
        skeleton,
        find_bones(skeleton, name).bones,
        usual_up=motion.usual_up,
    )
