"""A posture from one frame and the one before."""

from fractions import Fraction

import numpy as np

from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.camera_fit import fit_translation
from mimo_runtime.body.pose import Pose, forward_kinematics
from mimo_runtime.capture.one_euro import OneEuro
from mimo_runtime.capture.tuning import TUNING
from mimo_runtime.fitting.initial_pose import initial_rotations
from mimo_runtime.fitting.landmark_points import landmark_points
from mimo_runtime.fitting.landmark_track import gather_landmarks
from mimo_runtime.fitting.observations import UPRIGHT, targets_of
from mimo_runtime.fitting.solve import Poses, Targets, solve


class CausalFit:
    """Inverse kinematics that begins at the last posture, of landmarks smoothed as they come.

    Postures are of `body`, in axes with y up, the camera at the origin, looking along -z.
    """

    def __init__(self, body: Body, rate_fps: Fraction, lens: Camera) -> None:
        self._body, self._rate_fps, self._lens = body, rate_fps, lens
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
            found = solve(self._body, targets, self._first(targets), TUNING.first_steps)
        else:
            found = solve(self._body, targets, self._last, TUNING.steps)
        self._last = Poses(self._steadied(found.root_m), found.rotations)
        return self._last

    def _targets(self, seen: PoseEstimate) -> Targets:
        lens = self._lens
        track = gather_landmarks([seen], self._rate_fps, (lens.width_px, lens.height_px))
        raw = targets_of(track, lens.focal_px)
        return Targets(self._positions(raw.positions_m), self._rays(raw.rays), raw.weights)

    def _first(self, targets: Targets) -> Poses:
        rotations = initial_rotations(self._body, targets.positions_m)
        at_origin = forward_kinematics(self._body.skeleton, np.zeros((1, 3)), rotations)
        points = landmark_points(self._body).placed(at_origin) @ UPRIGHT
        root = fit_translation(points[0], targets.rays[0], targets.weights[0], 1.0, (0.0, 0.0))
        return Poses(root[None] @ UPRIGHT, rotations)

    def _steadied(self, root_m: np.ndarray) -> np.ndarray:
        """The distance, which is known worst, smoothed most; along the line of sight."""
        away = np.maximum(-root_m[:, 2:], 1e-3)
        return np.asarray(root_m * (np.exp(self._depth(np.log(away))) / away))


def in_world(poses: Poses, camera: Camera) -> Pose:
    """The first of `poses`, which are in the camera's axes with y up, in the camera's world."""
    turn = (UPRIGHT @ camera.rotation).T
    rotations = poses.rotations[0].copy()
    rotations[0] = turn @ rotations[0]
    return Pose(camera.rotation.T @ (UPRIGHT @ poses.root_m[0] - camera.translation_m), rotations)
