"""A motion as its file has it, ready to be fitted to a body, and how the file was to be read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from mimo_runtime.body.rotations import from_quaternion, to_quaternion
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.retargeting.person import Person
from mimo_runtime.motions.retargeting.retarget import Retargeted, retarget
from mimo_runtime.motions.retargeting.sanity import check_motion
from mimo_runtime.motions.retargeting.understanding import rate_words, unit_words, world_words

_SAME_M = 1e-6


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file where it does not say it itself.

    Attributes:
        rate_fps: frames a second, instead of the file's.
        joints: names of joints for bones (`humanoid_bones.BONES`), before what names tell.
        actor: which of several people, from 1.
        up: the axis that is up in the file's world, one of `world_axes.UP_AXES`.
        scale: what the way through space is multiplied with.
    """

    rate_fps: Fraction | None = None
    joints: Mapping[str, str] = field(default_factory=dict)
    actor: int | None = None
    up: str | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A motion of a body, and one line that says how its file was understood."""

    motion: Motion
    understood: str


@dataclass(frozen=True, slots=True, eq=False)
class MotionSource:
    """A motion as its file has it, and what was understood so far.

    Attributes:
        person: the motion with its own skeleton.
        kind: what file it is, in words.
        remarks: what was odd and how it was taken.
        betas: SMPL's shape numbers, if any [B].
        own: whether it is a pose file of ours: y up, metres.
    """

    person: Person
    kind: str
    options: ReadOptions
    remarks: tuple[str, ...] = ()
    betas: Array = field(default_factory=lambda: np.zeros(0))
    own: bool = False

    def fitted(self, target: Skeleton) -> Fitted:
        """The motion of `target`: as it is where the skeletons are the same, else retargeted.

        Raises:
            MediaError: this is no person, or no motion that a person makes.
        """
        skeleton = self.person.skeleton
        same = skeleton.names == target.names
        same = same and np.abs(skeleton.rest_m - target.rest_m).max() < _SAME_M
        if same and self.own:
            remarks = check_motion(self.person.motion, self.person.name)
            return Fitted(self.person.motion, self._line([], (*self.remarks, *remarks)))
        retargeted = retarget(self.person, target, self.options.up, self.options.scale)
        motion = self._upright(retargeted) if same else retargeted.motion
        remarks = check_motion(motion, self.person.name)
        words = [f"{world_words(retargeted)}", unit_words(retargeted.unit_m)]
        return Fitted(motion, self._line(words, (*self.remarks, *retargeted.remarks, *remarks)))

    def _upright(self, retargeted: Retargeted) -> Motion:
        """The motion itself, y up: for a body of the very skeleton."""
        motion, axes = self.person.motion, retargeted.axes.matrix
        rotations = motion.rotations.copy()
        turned = axes.T @ from_quaternion(motion.rotations[:, 0])
        rotations[:, 0] = to_quaternion(turned).astype(np.float32)
        root = (motion.root_m @ axes * self.options.scale).astype(np.float32)
        return replace(motion, root_m=root, rotations=rotations)

    def _line(self, words: list[str], remarks: tuple[str, ...]) -> str:
        motion = self.person.motion
        parts = [self.kind, *words, rate_words(motion.rate_fps), f"{motion.frame_count} frames"]
        return "; ".join([", ".join(word for word in parts if word), *remarks]) + "."
