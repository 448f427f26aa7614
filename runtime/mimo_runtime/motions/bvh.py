"""Reads Biovision hierarchy files: a skeleton and what its channels do in each frame."""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.errors import LimitExceededError
from mimo_runtime.motions.bvh_lines import BvhLines
from mimo_runtime.motions.motion import MAX_FPS, MAX_FRAMES

CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in "XYZ")
_SPELLING = {name.upper(): name for name in CHANNELS}
MAX_JOINTS = 500


@dataclass(frozen=True, slots=True, eq=False)
class BvhFile:
    """What a file says, in its own units and axes.

    Attributes:
        skeleton: its joints; lengths are in file units.
        channels: for each joint the names of its channels, in file order.
        rate_fps: frames a second.
        values: float64 [N, C], all channels of all joints in file order.
    """

    skeleton: Skeleton
    channels: tuple[tuple[str, ...], ...]
    rate_fps: Fraction
    values: Array


@dataclass(slots=True)
class _Joint:
    name: str
    parent: int
    rest: NDArray[np.float64]
    channels: tuple[str, ...]
    ends: list[NDArray[np.float64]] = field(default_factory=list)


def read_bvh(name: str, data: bytes) -> BvhFile:
    """Read `data`, the content of the file `name`; lines after the announced frames are left out.

    Raises:
        MediaError: it is no valid BVH; the sentence names the line.
        LimitExceededError: more than `MAX_JOINTS` joints or `MAX_FRAMES` frames.
    """
    lines = BvhLines(name, data)
    joints = _hierarchy(lines)
    width = sum(len(joint.channels) for joint in joints)
    count, rate_fps = _timing(lines)
    values = [np.array(lines.numbers(lines.take(), width)) for _ in range(count)]
    skeleton = Skeleton(
        tuple(joint.name for joint in joints),
        tuple(joint.parent for joint in joints),
        np.stack([joint.rest for joint in joints]),
        np.stack([np.mean(joint.ends, axis=0) for joint in joints]),
    )
    channels = tuple(joint.channels for joint in joints)
    return BvhFile(skeleton, channels, rate_fps, np.stack(values))


def _hierarchy(lines: BvhLines) -> list[_Joint]:
    lines.expect("HIERARCHY")
    joints: list[_Joint] = []
    _open_joint(lines, joints, lines.expect("ROOT"), -1)
    current = 0
    while current >= 0:
        kind, *rest = lines.take()
        if kind == "}":
            if not joints[current].ends:
                raise lines.fault(f"the joint '{joints[current].name}' has no child and no end")
            current = joints[current].parent
        elif kind.upper() == "JOINT":
            _open_joint(lines, joints, rest, current)
            current = len(joints) - 1
        elif kind.upper() == "END":
            lines.expect("{")
            offset = lines.numbers(lines.expect("OFFSET"), 3)
            lines.expect("}")
            joints[current].ends.append(joints[current].rest + offset)
        else:
            raise lines.fault(f"expected JOINT, End Site or }}, found '{kind[:40]}'")
    return joints


def _open_joint(lines: BvhLines, joints: list[_Joint], words: list[str], parent: int) -> None:
    name = " ".join(words)
    if not name or name in [joint.name for joint in joints]:
        raise lines.fault(f"the joint name '{name[:40]}' is empty or taken")
    if len(joints) == MAX_JOINTS:
        raise LimitExceededError(f"'{lines.name}' has more than {MAX_JOINTS} joints.")
    lines.expect("{")
    rest = np.array(lines.numbers(lines.expect("OFFSET"), 3))
    if parent >= 0:
        rest = rest + joints[parent].rest
        joints[parent].ends.append(rest)
    count, *channels = lines.expect("CHANNELS") or [""]
    known = tuple(_SPELLING.get(channel.upper(), "") for channel in channels)
    if count != str(len(known)) or "" in known or len(set(known)) < len(known):
        raise lines.fault("expected the number of channels, then as many of their names")
    joints.append(_Joint(name, parent, rest, known))


def _timing(lines: BvhLines) -> tuple[int, Fraction]:
    lines.expect("MOTION")
    words = lines.expect("Frames:")
    if len(words) != 1 or not words[0].isdecimal() or not int(words[0]):
        raise lines.fault("expected the number of frames, 1 or more")
    count = int(words[0])
    if count > MAX_FRAMES:
        raise LimitExceededError(f"'{lines.name}' has more than {MAX_FRAMES} frames.")
    (seconds,) = lines.numbers(lines.expect("Frame", "Time:"), 1)
    if not 1 / MAX_FPS <= seconds <= 1:
        raise lines.fault(f"a frame must last 0.001 to 1 second, not {seconds:g}")
    return count, _rate(seconds)


def _rate(seconds: float) -> Fraction:
    """Files round the frame time (.0083333 is 120 a second): a rate near a whole one is that."""
    rate = 1 / seconds
    whole = round(rate)
    near = abs(rate - whole) < 1e-3 * rate
    return Fraction(whole) if near else Fraction(rate).limit_denominator(1001)
