"""Reads Biovision hierarchy files: a skeleton and what its channels do in each frame."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.errors import InvalidRequestError, LimitExceededError, MediaError
from mimo_runtime.motions.files.bvh_lines import BvhLines
from mimo_runtime.motions.files.bvh_values import read_values
from mimo_runtime.motions.frame_rate import MAX_FPS, rate_of_frame_time
from mimo_runtime.motions.motion import MAX_FRAMES

CHANNELS = tuple(f"{axis}{kind}" for kind in ("position", "rotation") for axis in "XYZ")
_SPELLING = {name.upper(): name for name in CHANNELS}
MAX_JOINTS = 500


@dataclass(frozen=True, slots=True, eq=False)
class BvhFile:
    """What a file says of one person, in its own units and axes.

    Attributes:
        skeleton: its joints; lengths are in file units.
        channels: for each joint the names of its channels, in file order.
        rate_fps: frames a second.
        values: float64 [N, C], all channels of all joints in file order.
        remarks: what was odd and how it was taken, for people.
    """

    skeleton: Skeleton
    channels: tuple[tuple[str, ...], ...]
    rate_fps: Fraction
    values: Array
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class _Joint:
    name: str
    parent: int
    rest: NDArray[np.float64]
    channels: tuple[str, ...]
    ends: list[NDArray[np.float64]] = field(default_factory=list)


def read_bvh(
    name: str, data: bytes, actor: int | None = None, rate_fps: Fraction | None = None
) -> BvhFile:
    """Read `data`, the content of the file `name`.

    Args:
        actor: which of several people, from 1. rate_fps: instead of what the file says.

    Raises:
        MediaError: it is no valid BVH; the sentence names the line.
        LimitExceededError: more than `MAX_JOINTS` joints or `MAX_FRAMES` frames.
        InvalidRequestError: it holds several people, and `actor` is none of them.
    """
    lines = BvhLines(name, data)
    people = _hierarchy(lines)
    chosen = _chosen([joints[0].name for joints in people], name, actor)
    widths = [sum(len(joint.channels) for joint in joints) for joints in people]
    count, file_rate = _timing(lines, rate_fps)
    values, remarks = read_values(lines, count, sum(widths))
    first = sum(widths[:chosen])
    joints = people[chosen]
    return BvhFile(
        _skeleton(joints),
        tuple(joint.channels for joint in joints),
        file_rate,
        values[:, first : first + widths[chosen]],
        remarks,
    )


def _chosen(roots: Sequence[str], name: str, actor: int | None) -> int:
    wanted = 1 if actor is None and len(roots) == 1 else actor
    if wanted is None or not 1 <= wanted <= len(roots):
        listed = ", ".join(f"{number}: '{root}'" for number, root in enumerate(roots, start=1))
        raise InvalidRequestError(
            f"'{name}' holds {len(roots)} people by their roots ({listed}); say which actor to "
            f"take, 1 to {len(roots)}.",
            settings=("actor",),
        )
    return wanted - 1


def _skeleton(joints: Sequence[_Joint]) -> Skeleton:
    """A joint without an end goes on as its parent does."""
    tails = []
    for joint in joints:
        if joint.ends:
            tails.append(np.mean(joint.ends, axis=0))
        else:
            above = joints[joint.parent].rest if joint.parent >= 0 else joint.rest
            tails.append(joint.rest + (joint.rest - above) / 2)
    return Skeleton(
        tuple(joint.name for joint in joints),
        tuple(joint.parent for joint in joints),
        np.stack([joint.rest for joint in joints]),
        np.stack(tails),
    )


def _hierarchy(lines: BvhLines) -> list[list[_Joint]]:
    """The joints of every person."""
    lines.expect("HIERARCHY")
    people: list[list[_Joint]] = []
    while not people or (lines.peek() and lines.peek()[0].upper() == "ROOT"):
        joints: list[_Joint] = []
        _open_joint(lines, joints, lines.expect("ROOT"), -1)
        current = 0
        while current >= 0:
            current = _next_part(lines, joints, current)
        people.append(joints)
        if sum(map(len, people)) > MAX_JOINTS:
            raise LimitExceededError(
                f"'{lines.name}' has more than {MAX_JOINTS} joints; export it with fewer."
            )
    return people


def _next_part(lines: BvhLines, joints: list[_Joint], current: int) -> int:
    """Read a part of the joint `current`; gives the joint that the next part belongs to."""
    kind, *rest = lines.take()
    if kind == "}":
        return joints[current].parent
    if kind.upper() == "JOINT":
        _open_joint(lines, joints, rest, current)
        return len(joints) - 1
    if kind.upper() == "END":
        _end_site(lines, joints[current])
        return current
    raise lines.fault(f"expected JOINT, End Site or }}, found '{kind[:40]}'")


def _end_site(lines: BvhLines, joint: _Joint) -> None:
    """Its offset; some programs write none, or channels that do nothing."""
    lines.expect("{")
    while (line := lines.take())[0] != "}":
        if line[0].upper() == "OFFSET":
            offset = np.array(lines.numbers(line[1:], 3))
            if offset.any():
                joint.ends.append(joint.rest + offset)
        elif [word.upper() for word in line] != ["CHANNELS", "0"]:
            raise lines.fault(f"expected OFFSET or }}, found '{line[0][:40]}'")


def _open_joint(lines: BvhLines, joints: list[_Joint], words: list[str], parent: int) -> None:
    name = _free_name(" ".join(words), joints)
    if not name:
        raise lines.fault("a joint has no name")
    if len(joints) == MAX_JOINTS:
        raise LimitExceededError(
            f"'{lines.name}' has more than {MAX_JOINTS} joints; export it with fewer."
        )
    lines.expect("{")
    if lines.peek()[:1] and lines.peek()[0].upper() == "CHANNELS":
        known = _channels(lines)
        rest = np.array(lines.numbers(lines.expect("OFFSET"), 3))
    else:
        rest = np.array(lines.numbers(lines.expect("OFFSET"), 3))
        known = _channels(lines)
    if parent >= 0:
        rest = rest + joints[parent].rest
        joints[parent].ends.append(rest)
    joints.append(_Joint(name, parent, rest, known))


def _free_name(name: str, joints: Sequence[_Joint]) -> str:
    """`name`, with a number behind it where an earlier joint has it."""
    taken = {joint.name for joint in joints}
    numbers = (f"{name}.{number:03d}" for number in range(1, len(joints) + 1))
    return next((free for free in (name, *numbers) if free not in taken), name)


def _channels(lines: BvhLines) -> tuple[str, ...]:
    count, *channels = lines.expect("CHANNELS") or [""]
    known = tuple(_SPELLING.get(channel.upper(), "") for channel in channels)
    if count != str(len(known)) or "" in known or len(set(known)) < len(known):
        raise lines.fault("expected the number of channels, then as many of their names")
    return known


def _timing(lines: BvhLines, rate_fps: Fraction | None) -> tuple[int, Fraction]:
    lines.expect("MOTION")
    (number,) = lines.numbers(lines.expect("Frames:"), 1)
    if number < 1 or number != int(number):
        raise lines.fault("expected the number of frames, 1 or more")
    if number > MAX_FRAMES:
        raise LimitExceededError(f"'{lines.name}' has more than {MAX_FRAMES} frames; cut it.")
    words = lines.expect("Frame", "Time:")
    (seconds,) = lines.numbers(words, 1)
    if rate_fps is not None:
        return int(number), rate_fps
    if not 1 / MAX_FPS <= seconds <= 1:
        raise MediaError(
            f"By line {lines.number} of '{lines.name}' a frame lasts {seconds:g} seconds and not "
            "0.001 to 1; give the rate of the source.",
            settings=("source_fps",),
        )
    return int(number), rate_of_frame_time(words[0].replace(",", "."))
