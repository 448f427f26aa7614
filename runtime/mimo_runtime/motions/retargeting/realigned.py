"""The same motion of a skeleton whose joints have other axes."""

from dataclasses import replace

import numpy as np

from mimo_runtime.body.pose import local_rotations
from mimo_runtime.body.rotations import to_quaternion
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.motions.retargeting.person import Person


def realigned(person: Person, aligned: dict[str, Array]) -> Person:
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
