"""Changes to a motion of a body as a whole: in place, mirrored, turned, looped."""

from dataclasses import dataclass, replace

import numpy as np

from mimo_runtime.body.pose import local_rotations
from mimo_runtime.body.rotations import about_axis, from_quaternion, slerp, to_quaternion
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.errors import InvalidRequestError, LimitExceededError
from mimo_runtime.motions.motion import MAX_FRAMES, Motion

_SIDES = (("Left", "Right"), ("left_", "right_"), ("L", "R"))
_SEAM_S = 0.3
_HEADING_DEG = 20.0
_Y = 1


@dataclass(frozen=True, slots=True)
class Shaping:
    """What to change, in this order.

    Attributes:
        mirror: left and right change places.
        in_place: the person stays where they begin; up and down remains.
        turn_deg: to the left, seen from above, about where the person begins.
        loop: how often the motion is repeated; what goes on walking walks on.
    """

    mirror: bool = False
    in_place: bool = False
    turn_deg: float = 0.0
    loop: int = 1

    def __post_init__(self) -> None:
        if self.loop < 1:
            raise InvalidRequestError(
                f"The motion cannot be repeated {self.loop} times; give 1 up."
            )
        if not np.isfinite(self.turn_deg):
            raise InvalidRequestError("The turn is no number of degrees; give for instance 90.")


def shaped(motion: Motion, skeleton: Skeleton, shaping: Shaping) -> Motion:
    """`motion` of `skeleton`, y up and with the person facing +z at rest, changed.

    Raises:
        LimitExceededError: repeated it would be too long.
    """
    if shaping.mirror:
        motion = mirrored(motion, skeleton)
    if shaping.in_place:
        motion = in_place(motion)
    if shaping.turn_deg:
        motion = turned(motion, shaping.turn_deg)
    return looped(motion, shaping.loop) if shaping.loop > 1 else motion


def mirrored(motion: Motion, skeleton: Skeleton) -> Motion:
    """Left and right change places, about the plane x = that of the first root."""
    names = list(skeleton.names)
    pairs = [names.index(_other_side(name, names)) for name in names]
    flip = np.diag([-1.0, 1, 1])
    world = motion.placed(skeleton).turns[:, pairs]
    rotations = local_rotations(skeleton.parents, flip @ world @ flip)
    root = motion.root_m.copy()
    root[:, 0] = 2 * root[0, 0] - root[:, 0]
    return replace(motion, root_m=root, rotations=to_quaternion(rotations).astype(np.float32))


def _other_side(name: str, names: list[str]) -> str:
    for left, right in _SIDES:
        for here, there in ((left, right), (right, left)):
            other = there + name.removeprefix(here)
            if name.startswith(here) and other in names:
                return other
    return name


def in_place(motion: Motion) -> Motion:
    """The person stays over the first place; up and down remains."""
    root = motion.root_m.copy()
    root[:, [0, 2]] = root[0, [0, 2]]
    return replace(motion, root_m=root)


def turned(motion: Motion, angle_deg: float) -> Motion:
    """The whole motion turned to the left about the vertical through the first root."""
    turn = about_axis(_Y, angle_deg)
    first = motion.root_m[0] * [1, 0, 1]
    root = (motion.root_m - first) @ turn.T + first
    rotations = motion.rotations.copy()
    rotations[:, 0] = to_quaternion(turn @ from_quaternion(motion.rotations[:, 0]))
    return replace(motion, root_m=root.astype(np.float32), rotations=rotations)


def looped(motion: Motion, times: int) -> Motion:
    """`motion` `times` times, each where the one before ended, without a jump.

    What the seam would jump by fades away over the first frames of the repetition
    (inertialization: Bollo, Game Developers Conference 2018). A motion that ends facing another
    way by more than `_HEADING_DEG` goes on that way.
    """
    count = motion.frame_count
    if count * times > MAX_FRAMES:
        raise LimitExceededError(
            f"{times} times {count} frames are more than {MAX_FRAMES}; repeat it less often."
        )
    parts = [motion]
    for _ in range(times - 1):
        parts.append(_continued(parts[-1], motion))
    return replace(
        motion,
        root_m=np.concatenate([part.root_m for part in parts]),
        rotations=np.concatenate([part.rotations for part in parts]),
    )


def _continued(before: Motion, motion: Motion) -> Motion:
    """`motion`, moved and turned so that it goes on where `before` ends."""
    turn_deg = _heading_deg(before.rotations[-1, 0]) - _heading_deg(motion.rotations[0, 0])
    turn_deg = (turn_deg + 180) % 360 - 180
    part = turned(motion, turn_deg if abs(turn_deg) > _HEADING_DEG else 0.0)
    step = before.root_m[-1] - before.root_m[-2] if before.frame_count > 1 else np.zeros(3)
    wanted = before.root_m[-1] + step
    root = part.root_m.astype(np.float64)
    root[:, [0, 2]] += (wanted - root[0])[[0, 2]]
    left = _fading(part)
    root[:, _Y] += left * (wanted[_Y] - root[0, _Y])
    first, last = part.rotations[:1], before.rotations[-1:]
    offset = to_quaternion(from_quaternion(last) @ from_quaternion(first).swapaxes(-1, -2))
    offset = np.broadcast_to(offset, part.rotations.shape)
    still = np.zeros_like(offset)
    still[..., 0] = 1
    shares = np.broadcast_to(left[:, None], part.rotations.shape[:2])
    offsets = slerp(still, offset, shares)
    rotations = to_quaternion(from_quaternion(offsets) @ from_quaternion(part.rotations))
    return replace(part, root_m=root.astype(np.float32), rotations=rotations.astype(np.float32))


def _fading(motion: Motion) -> Array:
    """float64 [N], from 1 at the first frame to 0 after `_SEAM_S`, without a corner."""
    time = np.arange(motion.frame_count) / (float(motion.rate_fps) * _SEAM_S)
    return np.asarray(np.where(time < 1, (1 - time) ** 2 * (1 + 2 * time), 0), np.float64)


def _heading_deg(quaternion: Array) -> float:
    front = from_quaternion(quaternion)[:, 2]
    return float(np.degrees(np.arctan2(front[0], front[2])))
