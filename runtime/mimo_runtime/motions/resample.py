"""A motion at another frame rate."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.rotations import from_quaternion, slerp, to_quaternion
from mimo_runtime.body.skeleton import Array
from mimo_runtime.motions.camera_path import CameraPath
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.pose_clip import PoseClip


@dataclass(frozen=True, slots=True, eq=False)
class _Instants:
    """Where frames of another rate lie among those that are given: between which two, and how far.

    `before`, `after` int [N]; `share` float64 [N], 0 for the first of the two.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    share: Array

    def between(self, values: NDArray[Any]) -> Array:
        """Values [frames, ...] on straight lines, float64 [N, ...]."""
        path = values.astype(np.float64)
        share = self.share.reshape(-1, *[1] * (path.ndim - 1))
        return np.asarray(path[self.before] + share * (path[self.after] - path[self.before]))

    def turned(self, quaternions: NDArray[Any]) -> Array:
        """Quaternions [frames, ..., 4] on the shorter arc, float64 [N, ..., 4]."""
        start, end = quaternions[self.before], quaternions[self.after]
        share = self.share.reshape(-1, *[1] * (start.ndim - 2))
        return slerp(start, end, np.broadcast_to(share, start.shape[:-1]))


def resample(motion: Motion, rate_fps: Fraction) -> Motion:
    """`motion` with `rate_fps` postures a second, from the same first posture to at most its last.

    Rotations are interpolated on the shorter arc, the root's path on straight lines.
    """
    if rate_fps == motion.rate_fps:
        return motion
    instants = _instants(motion, rate_fps)
    return replace(
        motion,
        rate_fps=rate_fps,
        root_m=instants.between(motion.root_m).astype(np.float32),
        rotations=instants.turned(motion.rotations).astype(np.float32),
    )


def resample_clip(clip: PoseClip, rate_fps: Fraction) -> PoseClip:
    """The same with its cameras: they turn on the shorter arc and go on straight lines."""
    if rate_fps == clip.motion.rate_fps:
        return clip
    instants, cameras = _instants(clip.motion, rate_fps), clip.cameras
    centres_m = -np.einsum("nji,nj->ni", cameras.rotations, cameras.translations_m)
    rotations = from_quaternion(instants.turned(to_quaternion(cameras.rotations)))
    translations_m = -np.einsum("nij,nj->ni", rotations, instants.between(centres_m))
    path: CameraPath = replace(cameras, rotations=rotations, translations_m=translations_m)
    return replace(clip, motion=resample(clip.motion, rate_fps), cameras=path)


def _instants(motion: Motion, rate_fps: Fraction) -> _Instants:
    last = motion.frame_count - 1
    count = int(last * rate_fps / motion.rate_fps) + 1
    exact = [index * motion.rate_fps / rate_fps for index in range(count)]
    before = np.array([int(position) for position in exact])
    share = np.array([float(position % 1) for position in exact])
    return _Instants(before, np.minimum(before + 1, last), share)
