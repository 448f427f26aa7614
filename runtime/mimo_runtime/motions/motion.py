"""Postures over time."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from mimo_runtime.arrays import Floats
from mimo_runtime.body.pose import JointTransforms, Pose, forward_kinematics
from mimo_runtime.body.rotations import from_quaternion
from mimo_runtime.body.skeleton import Skeleton

MAX_FRAMES = 100_000
MAX_FPS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """N postures of a skeleton with J joints, evenly spaced in time.

    Attributes:
        joints: the names of the skeleton's joints, in its order.
        rate_fps: postures a second.
        root_m: float32 [N, 3], places of the root joint; y is up.
        rotations: float32 [N, J, 4], unit quaternions w, x, y, z; see `Pose.rotations`.
        source: where the motion is from, for people.
        licence_note: what is known of the right to use it, for people.
    """

    joints: tuple[str, ...]
    rate_fps: Fraction
    root_m: Floats
    rotations: Floats
    source: str = ""
    licence_note: str = ""

    @property
    def frame_count(self) -> int:
        """N."""
        return len(self.root_m)

    @property
    def duration_s(self) -> float:
        """From the first posture to the end of the last one."""
        return float(self.frame_count / self.rate_fps)

    def pose(self, index: int) -> Pose:
        """The posture number `index`."""
        return Pose(self.root_m[index].astype(np.float64), from_quaternion(self.rotations[index]))

    def cut(self, frames: slice) -> "Motion":
        """Some of the postures; with a step other than 1 `rate_fps` is no longer theirs."""
        return replace(self, root_m=self.root_m[frames], rotations=self.rotations[frames])

    def placed(self, skeleton: Skeleton) -> JointTransforms:
        """Where all postures put the joints of `skeleton`: [N, J, ...]."""
        rotations = from_quaternion(self.rotations)
        return forward_kinematics(skeleton, self.root_m.astype(np.float64), rotations)
