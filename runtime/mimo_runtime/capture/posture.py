"""A posture from one frame and the one before."""

from fractions import Fraction

import numpy as np

from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.body.body import Body
from mimo_runtime.capture.one_euro import OneEuro
from mimo_runtime.capture.tuning import TUNING
from mimo_runtime.fitting.initial_pose import initial_poses
from mimo_runtime.fitting.landmark_track import gather_landmarks
from mimo_runtime.fitting.observations import targets_of
from mimo_runtime.fitting.solve import Poses, Targets, solve


class CausalFit:
    """Inverse kinematics that begins at the last posture, of landmarks smoothed as they come.

    Postures are of `body`, in axes with y up, the camera at the origin, looking along -z.
    """

    def __init__(
        self, body: Body, rate_fps: Fraction, size_px: tuple[int, int], focal_px: float
    ) -> None:
        self._body, self._rate_fps = body, rate_fps
        self._size_px, self._focal_px = size_px, focal_px
        rate = float(rate_fps)
        self._positions = OneEuro(rate, TUNING.positions_hz, TUNING.positions_slope)
        self._rays = OneEuro(rate, TUNING.rays_hz, TUNING.rays_slope)
        self._depth = OneEuro(rate, TUNING.depth_hz, TUNING.depth_slope)
        self._last: Poses | None = None

    def forget(self) -> None:
        """Begin anew with the next body: the person was lost in between."""
        self._last = None
        for smoothed in (self._positions, self._rays, self._depth):
            smoothed.forget()

    def add(self, seen: PoseEstimate) -> Poses:
        """The posture, N = 1, of what a frame shows."""
        targets = self._targets(seen)
        if self._last is None:
            found = solve(
                self._body, targets, initial_poses(self._body, targets), TUNING.first_steps
            )
        else:
            found = solve(self._body, targets, self._last, TUNING.steps)
        self._last = Poses(self._steadied(found.root_m), found.rotations)
        return self._last

    def _targets(self, seen: PoseEstimate) -> Targets:
        track = gather_landmarks([seen], self._rate_fps, self._size_px)
        raw = targets_of(track, self._focal_px)
        return Targets(self._positions(raw.positions_m), self._rays(raw.rays), raw.weights)

    def _steadied(self, root_m: np.ndarray) -> np.ndarray:
        """The distance, which is known worst, smoothed most; along the line of sight."""
        away = np.maximum(-root_m[:, 2:], 1e-3)
        return np.asarray(root_m * (np.exp(self._depth(np.log(away))) / away))
