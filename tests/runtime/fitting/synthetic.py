"""Landmarks of motions whose truth is known."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera, orbit
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.fitting.landmark_points import landmark_points
from mimo_runtime.fitting.landmark_track import LandmarkTrack
from mimo_runtime.fitting.motion_fit import FOCAL_PER_SIDE
from mimo_runtime.fitting.observations import LEAN_DEG
from mimo_runtime.fitting.proportions import Proportions, proportioned
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.procedural import PROCEDURAL

SIDE_PX = 640
RATE = Fraction(30)
LIMBS = list(range(11, 17)) + list(range(23, 29))
FEET = ("LeftFoot", "LeftToeBase", "RightFoot", "RightToeBase")
HIPS = [23, 24]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A motion of a body, the camera that sees it, and what a network says, lean included."""

    body: Body
    motion: Motion
    camera: Camera
    track: LandmarkTrack

    def joints_m(self) -> np.ndarray:
        """[N, J, 3] in camera axes."""
        return self.camera.to_camera(self.motion.placed(self.body.skeleton).joints_m)


def seen(
    name: str,
    azimuth_deg: float = 0,
    frames: int = 60,
    noise_m: float = 0,
    proportions: Proportions | None = None,
) -> Truth:
    """The procedural motion `name`, with noise, points that are lost and a gap of five frames."""
    body = proportioned(load_body(), proportions or Proportions())
    motion = PROCEDURAL[name](body.skeleton, frames, RATE)
    placed = motion.placed(body.skeleton)
    target = (0, 0.85, placed.joints_m[:, 0, 2].mean())
    size = (SIDE_PX, SIDE_PX)
    camera = orbit(target, azimuth_deg, 1.3, 5, size, SIDE_PX * FOCAL_PER_SIDE)
    points = landmark_points(body).placed(placed)
    pixels, _ = camera.project(points)
    inside = camera.to_camera(points)
    world = inside - inside[:, HIPS].mean(axis=1, keepdims=True)
    world = world @ about_axis(0, -LEAN_DEG)
    visibility = np.full(world.shape[:2], 0.95)
    if noise_m:
        draw = np.random.default_rng(4)
        world = world + draw.normal(0, noise_m, world.shape) * (1, 1, 2)
        pixels = pixels + draw.normal(0, noise_m * camera.focal_px / 5, pixels.shape)
        lost = draw.random(visibility.shape) < 0.05
        world[lost] += draw.normal(0, 0.3, (int(lost.sum()), 3))
        visibility[lost] = 0.05
        visibility[frames // 2 : frames // 2 + 5] = 0
    track = LandmarkTrack(
        world.astype(np.float32), pixels.astype(np.float32), visibility.astype(np.float32), RATE,
        size,
    )  # fmt: skip
    return Truth(body, motion, camera, track)


def fitted_joints_m(fit) -> np.ndarray:
    """[N, J, 3] of a fitted motion in the axes of its cameras."""
    joints = fit.motion.placed(fit.body.skeleton).joints_m
    return np.stack([fit.cameras.at(i).to_camera(one) for i, one in enumerate(joints)])


def from_hips(joints_m: np.ndarray) -> np.ndarray:
    """[N, J, 3] with the root at 0."""
    return joints_m - joints_m[:, :1]
