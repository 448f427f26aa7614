"""One posture of a skeleton, and where it puts the joints."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from mimo_runtime.body.skeleton import Array, Skeleton


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Rotations away from rest.

    Attributes:
        root_m: float64 [3], the place of the root joint.
        rotations: float64 [J, 3, 3]; each turns a joint and all below it, in the frame of its
            parent. At rest every frame is that of the world, as in BVH and SMPL.
    """

    root_m: Array
    rotations: Array

    @classmethod
    def rest(cls, skeleton: Skeleton) -> Self:
        """The posture in which nothing is turned or moved."""
        return cls(skeleton.rest_m[0].copy(), np.tile(np.eye(3), (skeleton.joint_count, 1, 1)))


@dataclass(frozen=True, slots=True, eq=False)
class JointTransforms:
    """Joints in the world: `turns` float64 [..., J, 3, 3] and `joints_m` float64 [..., J, 3]."""

    turns: Array
    joints_m: Array


def transforms_of(skeleton: Skeleton, pose: Pose) -> JointTransforms:
    """Where the joints are in one posture: forward kinematics."""
    return forward_kinematics(skeleton, pose.root_m, pose.rotations)


def forward_kinematics(skeleton: Skeleton, root_m: Array, rotations: Array) -> JointTransforms:
    """Forward kinematics of any number of postures: root_m [..., 3], rotations [..., J, 3, 3]."""
    turns = rotations.astype(np.float64)
    joints = np.empty((*rotations.shape[:-2], 3))
    joints[..., 0, :] = root_m
    offsets = skeleton.offsets_m
    for joint, parent in enumerate(skeleton.parents[1:], start=1):
        turns[..., joint, :, :] = turns[..., parent, :, :] @ rotations[..., joint, :, :]
        joints[..., joint, :] = joints[..., parent, :] + turns[..., parent, :, :] @ offsets[joint]
    return JointTransforms(turns, joints)


def local_rotations(parents: Sequence[int], turns: Array) -> Array:
    """The rotations [..., J, 3, 3] whose products down the tree are `turns`."""
    above = turns[..., list(parents[1:]), :, :]
    return np.concatenate(
        [turns[..., :1, :, :], np.swapaxes(above, -1, -2) @ turns[..., 1:, :, :]], axis=-3
    )
