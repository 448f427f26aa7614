"""The landmarks of one person over the frames of a clip."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.joints import LANDMARKS
from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class LandmarkTrack:
    """What a body network saw in N frames, evenly spaced in time.

    Attributes:
        world_m: float32 [N, 33, 3], from the middle of the hips; x right, y down, z away.
        points_px: float32 [N, 33, 2], in the frame.
        visibility: float32 [N, 33], 0 to 1; 0 throughout a frame where nobody was found.
        rate_fps: frames a second.
        size_px: width and height of the frames.
    """

    world_m: Floats
    points_px: Floats
    visibility: Floats
    rate_fps: Fraction
    size_px: tuple[int, int]

    @property
    def frame_count(self) -> int:
        """N."""
        return len(self.world_m)

    @property
    def known(self) -> NDArray[np.bool_]:
        """bool [N], the frames in which somebody was found."""
        return np.asarray((self.visibility > 0).any(axis=1))


def gather_landmarks(
    bodies: Iterable[PoseEstimate | None], rate_fps: Fraction, size_px: tuple[int, int]
) -> LandmarkTrack:
    """The track of one person; a frame in which they were not found is None.

    Of each body only the landmarks are kept, 0.8 kB a frame.
    """
    count = len(LANDMARKS)
    nobody = np.zeros((count, 3)), np.zeros((count, 2)), np.zeros(count)
    rows = [nobody if body is None else _row(body) for body in bodies]
    empty = np.zeros((0, count, 3)), np.zeros((0, count, 2)), np.zeros((0, count))
    world, points, visible = (
        np.stack(part).astype(np.float32) if part else none.astype(np.float32)
        for part, none in zip(zip(*rows, strict=True) if rows else ((), (), ()), empty, strict=True)
    )
    return LandmarkTrack(world, points, visible, rate_fps, size_px)


def _row(body: PoseEstimate) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    visibility = body.visibility * body.inside * body.presence
    return body.world, body.points[:, :2], visibility
