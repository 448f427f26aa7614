"""What made-up people do: the procedural motions, loosened at random, and how they stand."""

from dataclasses import replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.pose import Pose
from mimo_runtime.body.rotations import about_axis, from_axis_angle, from_quaternion, to_quaternion
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.procedural import PROCEDURAL

Random = np.random.Generator
Array = NDArray[np.float64]
RATE_FPS: Final = Fraction(15)
TRAINING: Final = ("walk", "wave", "turn", "squat", "side-step", "jump")
HELD_OUT: Final = ("kick", "circle-arms", "pick-up")
_CYCLE_FRAMES = 45
_LOOSE: Final = {"Arm": 28, "ForeArm": 22, "UpLeg": 9, "Leg": 7, "Spine": 7, "Neck": 8, "Head": 8}


def random_motion(
    random: Random, skeleton: Skeleton, frame_count: int, names: tuple[str, ...] = TRAINING
) -> Motion:
    """`frame_count` postures of one of `names`, from anywhere in it, facing anywhere."""
    whole = PROCEDURAL[str(random.choice(names))](skeleton, _CYCLE_FRAMES, RATE_FPS)
    first = int(random.integers(0, _CYCLE_FRAMES - frame_count + 1))
    part = whole.cut(slice(first, first + frame_count))
    rotations = from_quaternion(part.rotations) @ _loosened(random, skeleton, frame_count)
    turn = about_axis(1, random.uniform(-180, 180))
    rotations[:, 0] = turn @ rotations[:, 0]
    root = (part.root_m - part.root_m.mean(axis=0) * (1, 0, 1)) @ turn.T
    return replace(
        part, root_m=root.astype(np.float32), rotations=to_quaternion(rotations).astype(np.float32)
    )


def standing(random: Random, skeleton: Skeleton) -> Pose:
    """As people stand for a picture, seen within 25 degrees of the front."""
    pose = Pose.rest(skeleton)
    for side, sign in (("Left", 1), ("Right", -1)):
        down, out = random.uniform(0, 48), random.uniform(-10, 15)
        arm = about_axis(2, -sign * down) @ about_axis(1, -sign * out)
        pose.rotations[skeleton.index(f"{side}Arm")] = arm
        bend = about_axis(1, -sign * random.uniform(0, 35))
        pose.rotations[skeleton.index(f"{side}ForeArm")] = bend
        leg = about_axis(2, sign * random.uniform(-6, 8)) @ about_axis(0, random.uniform(-8, 4))
        pose.rotations[skeleton.index(f"{side}UpLeg")] = leg
    pose.rotations[0] = about_axis(1, random.uniform(-25, 25))
    return pose


def misread(
    random: Random, pose: Pose, degrees: float, metres: float, lifted_m: Array | float = 0.0
) -> Pose:
    """`pose` as a fit might find it: each joint off by about `degrees`, the root by `metres`.

    lifted_m: float64 [3], added to the root for a body of another build.
    """
    off = from_axis_angle(random.normal(0, np.deg2rad(degrees), (len(pose.rotations), 3)))
    return Pose(pose.root_m + lifted_m + random.normal(0, metres, 3), pose.rotations @ off)


def _loosened(random: Random, skeleton: Skeleton, count: int) -> NDArray[np.float64]:
    """Slow extra turns of the joints of `_LOOSE`, float64 [N, J, 3, 3]."""
    turns = np.zeros((count, skeleton.joint_count, 3))
    time = np.arange(count) / float(RATE_FPS)
    for joint, name in enumerate(skeleton.names):
        bare = name.removeprefix("Left").removeprefix("Right")
        if (most := _LOOSE.get(bare)) is None:
            continue
        steady, swing = random.normal(0, np.deg2rad(most) / 2, (2, 3))
        rate, start = random.uniform(0.2, 0.9), random.uniform(0, 2 * np.pi)
        turns[:, joint] = steady + swing * np.sin(2 * np.pi * rate * time + start)[:, None]
    return from_axis_angle(turns)
