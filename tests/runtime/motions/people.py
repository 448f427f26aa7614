"""One motion of a person, in any spelling of it: axes, zero postures, units, names, files."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from mimo_runtime.body.pose import local_rotations
from mimo_runtime.body.rotations import about_axis, from_quaternion, shortest_turn, to_quaternion
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.retargeting.handedness import mirrored
from mimo_runtime.motions.retargeting.humanoid_bones import find_bones
from mimo_runtime.motions.retargeting.person import Person

BODY = load_body().skeleton
FRAMES = 40
_JOINTS = {
    "Hips": ("", (0, 95, 0)),
    "Spine": ("Hips", (0, 10, 0)), "Spine1": ("Spine", (0, 13, 0)),
    "Spine2": ("Spine1", (0, 13, 0)), "Neck": ("Spine2", (0, 18, 0)), "Head": ("Neck", (0, 10, 2)),
    **{f"{side}{part}": (f"{side}{above}" if above != "Spine2" and above != "Hips" else above,
                         (sign * offset[0], *offset[1:]))
       for side, sign in (("Left", 1), ("Right", -1))
       for part, above, offset in (
           ("Shoulder", "Spine2", (4, 13, 0)), ("Arm", "Shoulder", (13, 0, 0)),
           ("ForeArm", "Arm", (28, 0, 0)), ("Hand", "ForeArm", (26, 0, 0)),
           ("UpLeg", "Hips", (10, -5, 0)), ("Leg", "UpLeg", (0, -42, 0)),
           ("Foot", "Leg", (0, -42, 0)), ("ToeBase", "Foot", (0, -5, 13)))},
}  # fmt: skip
_ENDS = {"Head": (0, 18, 0), "LeftHand": (16, 0, 0), "RightHand": (-16, 0, 0),
         "LeftToeBase": (0, 0, 6), "RightToeBase": (0, 0, 6)}  # fmt: skip
_BONES = [(f"{side}{start}", f"{side}{end}") for side in ("Left", "Right") for start, end in (
    ("Arm", "ForeArm"), ("ForeArm", "Hand"), ("UpLeg", "Leg"), ("Leg", "Foot"),
    ("Foot", "ToeBase"))]  # fmt: skip
MAIN = ("Hips", "LowerBack", "Spine", "Spine1", "Head", *(start for start, _ in _BONES))


def walker() -> Person:
    """Walks 1.5 m towards +z in centimetres; the right arm goes up, the left elbow bends."""
    names = tuple(_JOINTS)
    parents = tuple(names.index(above) if above else -1 for above, _ in _JOINTS.values())
    rest = np.zeros((len(names), 3))
    for joint, (_, offset) in enumerate(_JOINTS.values()):
        rest[joint] = np.array(offset) + (rest[parents[joint]] if joint else 0)
    tails = rest.copy()
    for joint in range(len(names)):
        children = [child for child, above in enumerate(parents) if above == joint]
        tails[joint] = (
            rest[children].mean(axis=0) if children else rest[joint] + _ENDS[names[joint]]
        )
    skeleton = Skeleton(names, parents, rest, tails)
    rotations = np.tile(np.eye(3), (FRAMES, len(names), 1, 1))
    time = np.linspace(0, 1, FRAMES)
    swing = np.sin(2 * np.pi * 1.5 * time)
    for side, sign in (("Left", 1), ("Right", -1)):
        rotations[:, names.index(f"{side}UpLeg")] = about_axis(0, -28 * sign * swing)
        rotations[:, names.index(f"{side}Leg")] = about_axis(
            0, 5 + 45 * np.clip(sign * swing, 0, 1)
        )
    rotations[:, names.index("LeftArm")] = about_axis(2, np.full(FRAMES, -75.0))
    rotations[:, names.index("RightArm")] = about_axis(2, 75 - 145 * time)
    rotations[:, names.index("LeftForeArm")] = about_axis(1, -80 * time)
    rotations[:, names.index("RightForeArm")] = about_axis(1, 25 * time)
    root = np.stack([0 * time, 92 + 0 * time, 157.3 * time], axis=1)
    motion = Motion(names, Fraction(30), root.astype(np.float32),
                    to_quaternion(rotations).astype(np.float32), "walker")  # fmt: skip
    return Person("walker", motion, skeleton, find_bones(skeleton, "walker").bones)


def respelled(
    person: Person,
    zero: Sequence[np.ndarray] | None = None,
    world: np.ndarray | None = None,
    unit: float = 1.0,
    mirror: int | None = None,
) -> Person:
    """The same motion with each joint's axes turned by `zero` (J matrices [3, 3]) in the zero
    posture, in a world turned by `world` [3, 3], in another unit, mirrored along an axis."""
    skeleton = person.skeleton
    turns = [np.eye(3)] * skeleton.joint_count if zero is None else zero
    axes = np.eye(3) if world is None else world
    rest = skeleton.offsets_m
    for joint, parent in enumerate(skeleton.parents):
        if parent >= 0:
            rest[joint] = rest[parent] + turns[parent].T @ rest[joint]
    ends = skeleton.tails_m - skeleton.rest_m
    tails = rest + np.stack([turn.T @ end for turn, end in zip(turns, ends, strict=True)])
    rotations = local_rotations(skeleton.parents, axes @ person.placed().turns @ np.stack(turns))
    moved = replace(
        person,
        skeleton=Skeleton(skeleton.names, skeleton.parents, unit * rest, unit * tails),
        motion=replace(
            person.motion,
            root_m=(unit * person.motion.root_m @ axes.T).astype(np.float32),
            rotations=to_quaternion(rotations).astype(np.float32),
        ),
    )
    return moved if mirror is None else mirrored(moved, mirror)


def along_bones(person: Person, twists_deg: Sequence[float]) -> list[np.ndarray]:
    """Axes for `respelled` by which every bone lies along its own x axis, as rigs have it."""
    bones = person.skeleton.tails_m - person.skeleton.rest_m
    bones[np.linalg.norm(bones, axis=1) < 1e-6] = (0, 1, 0)
    return [
        shortest_turn((1, 0, 0), bone) @ about_axis(0, twist)
        for bone, twist in zip(bones, twists_deg, strict=True)
    ]


def limbs_apart_deg(one: Motion, other: Motion) -> float:
    """By how much limbs of our body point elsewhere, at most over frames and limbs."""
    ways = []
    for motion in (one, other):
        joints = motion.placed(BODY).joints_m
        bones = np.stack([joints[:, BODY.index(b)] - joints[:, BODY.index(a)] for a, b in _BONES])
        ways.append(bones / np.linalg.norm(bones, axis=-1, keepdims=True))
    return float(np.degrees(np.arccos(np.clip((ways[0] * ways[1]).sum(axis=-1), -1, 1))).max())


def turned_apart_deg(one: Motion, other: Motion, names: Sequence[str] = MAIN) -> float:
    """By how much joints of our body are turned otherwise, twist included, at most."""
    turns = [
        motion.placed(BODY).turns[:, [BODY.index(n) for n in names]] for motion in (one, other)
    ]
    relative = turns[0].swapaxes(-1, -2) @ turns[1]
    cosines = (np.trace(relative, axis1=-2, axis2=-1) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosines, -1, 1))).max())


def travel_m(motion: Motion) -> np.ndarray:
    """float64 [3], from the first to the last root."""
    return (motion.root_m[-1] - motion.root_m[0]).astype(np.float64)


def bvh_of(person: Person, names: dict[str, str] | None = None) -> str:
    """The person as a BVH; `names` gives joints other names."""
    skeleton, named = person.skeleton, names or {}
    order: list[int] = []
    lines = ["HIERARCHY", *_joint_lines(skeleton, named, 0, order), "MOTION",
             f"Frames: {person.motion.frame_count}",
             f"Frame Time: {1 / float(person.motion.rate_fps):.6f}"]  # fmt: skip
    angles = _zxy_deg(from_quaternion(person.motion.rotations))[:, order]
    for root, turns in zip(person.motion.root_m, angles, strict=True):
        lines.append(" ".join(f"{value:.6f}" for value in (*root, *turns.reshape(-1))))
    return "\n".join(lines) + "\n"


def _joint_lines(
    skeleton: Skeleton, named: dict[str, str], joint: int, order: list[int]
) -> list[str]:
    order.append(joint)
    name = skeleton.names[joint]
    channels = "3 Zrotation Xrotation Yrotation"
    if joint == 0:
        channels = "6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"
    inner = [f"OFFSET {' '.join(f'{v:.6f}' for v in skeleton.offsets_m[joint])}",
             f"CHANNELS {channels}"]  # fmt: skip
    children = [child for child, above in enumerate(skeleton.parents) if above == joint]
    for child in children:
        inner += _joint_lines(skeleton, named, child, order)
    if not children:
        end = skeleton.tails_m[joint] - skeleton.rest_m[joint]
        inner += ["End Site", "{", f"OFFSET {' '.join(f'{v:.6f}' for v in end)}", "}"]
    kind = "JOINT" if joint else "ROOT"
    return [f"{kind} {named.get(name, name)}", "{", *(f"  {line}" for line in inner), "}"]


def _zxy_deg(matrices: np.ndarray) -> np.ndarray:
    """Angles [..., 3] about z, x, y in that order, which is that of the channels."""
    x = np.arcsin(np.clip(matrices[..., 2, 1], -1, 1))
    y = np.arctan2(-matrices[..., 2, 0], matrices[..., 2, 2])
    z = np.arctan2(-matrices[..., 0, 1], matrices[..., 1, 1])
    return np.degrees(np.stack([z, x, y], axis=-1))
