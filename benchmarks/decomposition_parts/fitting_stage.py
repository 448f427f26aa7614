"""The motion fit on what the analysis found, with its time."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.decomposition_parts.analysis_stage import Analysed
from benchmarks.decomposition_parts.joints import JOINTS
from benchmarks.decomposition_parts.truth import Truth
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.shipped import load_body
from mimo_runtime.decomposition.postures import pans_of
from mimo_runtime.fitting.landmark_track import gather_landmarks
from mimo_runtime.fitting.motion_fit import FittedMotion, fit_motion

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The compared joints, in camera axes float64 [frames, 12, 3] and in px [frames, 12, 2].

    `silhouettes`: float32 [H, W] for each frame, the body drawn as the camera sees it.
    """

    joints_m: Array
    joints_px: Array
    silhouettes: tuple[NDArray[np.float32], ...]
    fit_cpu_s: float
    draw_cpu_s: float


def fit(truth: Truth, analysed: Analysed) -> Fitted | None:
    """Fit the shipped body; None where the chosen person has no body in any frame."""
    size = (truth.spec.size_px, truth.spec.size_px)
    track = gather_landmarks(analysed.bodies, truth.spec.rate_fps, size)
    if not track.known.any():
        return None
    started = time.process_time()
    fitted = fit_motion(track, load_body(), pans=pans_of(analysed.camera))
    between = time.process_time()
    silhouettes = tuple(
        render_pose(fitted.body, fitted.motion.pose(index), fitted.cameras.at(index)).coverage
        for index in range(fitted.motion.frame_count)
    )
    ended = time.process_time()
    joints_m, joints_px = _joints(fitted)
    return Fitted(joints_m, joints_px, silhouettes, between - started, ended - between)


def _joints(fitted: FittedMotion) -> tuple[Array, Array]:
    skeleton = fitted.body.skeleton
    world = fitted.motion.placed(skeleton).joints_m[:, [skeleton.index(name) for name in JOINTS]]
    cameras = [fitted.cameras.at(index) for index in range(len(world))]
    inside = [camera.to_camera(joints) for camera, joints in zip(cameras, world, strict=True)]
    pixels = [camera.project(joints)[0] for camera, joints in zip(cameras, world, strict=True)]
    return np.stack(inside), np.stack(pixels)
