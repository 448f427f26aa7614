"""What a BVH file's channels mean: rotations and the path of the hips, in file units and axes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from mimo_runtime.body.rotations import about_axis, to_quaternion
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.motions.files.bvh import BvhFile
from mimo_runtime.motions.motion import Motion

_STRETCHED = 0.05  # of the size of the skeleton


@dataclass(frozen=True, slots=True, eq=False)
class _Channels:
    """What one joint's channels say: rotations [N, 3, 3], positions [N, 3] or None without any."""

    rotations: Array
    positions: Array | None


def bvh_motion(
    file: BvhFile, source: str, hips: int = 0, used: Collection[int] = ()
) -> tuple[Motion, Skeleton, tuple[str, ...]]:
    """The motion of what hangs from the joint `hips`, its skeleton, and remarks.

    Rotations apply in the order in which the channels are listed, the last one first. Position
    channels of the joints from the root to the hips say where these are; those of other joints
    stretch bones and are left out, with a remark where they do. used: joints whose bones are
    wanted, the others are left out with all that hangs from them alone; all where it is empty.
    """
    joints = list(range(len(file.channels)))
    above = _ancestors(file.skeleton.parents, hips)
    below = [joint for joint in joints if hips in _ancestors(file.skeleton.parents, joint)]
    wanted = {joint for bone in used or joints for joint in _ancestors(file.skeleton.parents, bone)}
    kept = [joint for joint in below if joint in wanted]
    channels = {
        joint: _channels(file, joint) for joint in joints if joint in above or joint in kept
    }
    turn, position = _placed(file.skeleton, [channels[joint] for joint in above[::-1]], above[::-1])
    rotations = np.stack([turn, *(channels[joint].rotations for joint in kept[1:])], axis=1)
    motion = Motion(
        joints=tuple(file.skeleton.names[joint] for joint in kept),
        rate_fps=file.rate_fps,
        root_m=position.astype(np.float32),
        rotations=to_quaternion(rotations).astype(np.float32),
        source=source,
    )
    stretched = [joint for joint in kept[1:] if _stretches(file.skeleton, channels[joint], joint)]
    names = ", ".join(f"'{file.skeleton.names[joint]}'" for joint in stretched[:4])
    remarks = (f"bones that the file stretches keep their length ({names})",) if stretched else ()
    return motion, _part(file.skeleton, kept), remarks


def _ancestors(parents: Sequence[int], joint: int) -> list[int]:
    ancestors = []
    while joint >= 0:
        ancestors.append(joint)
        joint = parents[joint]
    return ancestors


def _channels(file: BvhFile, joint: int) -> _Channels:
    column = sum(len(channels) for channels in file.channels[:joint])
    rotations = np.tile(np.eye(3), (len(file.values), 1, 1))
    positions = np.tile(file.skeleton.offsets_m[joint], (len(file.values), 1))
    moved = False
    for channel in file.channels[joint]:
        values, axis = file.values[:, column], "XYZ".index(channel[0])
        column += 1
        if channel.endswith("rotation"):
            rotations = rotations @ about_axis(axis, values)
        else:
            positions[:, axis] = values
            moved = True
    return _Channels(rotations, positions if moved else None)


def _placed(
    skeleton: Skeleton, channels: Sequence[_Channels], joints: Sequence[int]
) -> tuple[Array, Array]:
    """World rotations [N, 3, 3] and places [N, 3] of the last of `joints`, a way from the root."""
    turn = np.tile(np.eye(3), (len(channels[0].rotations), 1, 1))
    position = np.zeros((len(turn), 3))
    for joint, channel in zip(joints, channels, strict=True):
        position = position + np.einsum("nab,nb->na", turn, _offsets(skeleton, channel, joint))
        turn = turn @ channel.rotations
    return turn, position


def _offsets(skeleton: Skeleton, channel: _Channels, joint: int) -> Array:
    """Where the joint is, seen from its parent [N, 3].

    Positions are places, and those of a joint below the root replace its offset; some programs
    write them relative to it, which then is nearer to the first frame's than nothing is.
    """
    offset = skeleton.offsets_m[joint]
    if channel.positions is None:
        return np.tile(offset, (len(channel.rotations), 1))
    first = channel.positions[0]
    relative = joint > 0 and np.linalg.norm(first) < np.linalg.norm(first - offset)
    return channel.positions + offset if relative else channel.positions


def _stretches(skeleton: Skeleton, channel: _Channels, joint: int) -> bool:
    size = np.ptp(skeleton.rest_m, axis=0).max()
    positions = _offsets(skeleton, channel, joint)
    return bool(np.abs(positions - skeleton.offsets_m[joint]).max() > _STRETCHED * size)


def _part(skeleton: Skeleton, kept: Sequence[int]) -> Skeleton:
    """The joints `kept`, the first of which becomes the root."""
    return Skeleton(
        tuple(skeleton.names[joint] for joint in kept),
        tuple(kept.index(skeleton.parents[joint]) if joint != kept[0] else -1 for joint in kept),
        skeleton.rest_m[kept],
        skeleton.tails_m[kept],
    )
