"""A person in painted clothes whose picture, posture and true colours are known."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.analysis.square_crop import SquareCrop
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera, orbit
from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.fitting.landmark_points import landmark_points

SIDE_PX = 384
SKIN, SHIRT, TROUSERS, SHOES, HAIR = (
    (0.82, 0.62, 0.5),
    (0.7, 0.15, 0.15),
    (0.15, 0.2, 0.4),
    (0.1, 0.1, 0.1),
    (0.2, 0.12, 0.05),
)


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """rgb uint8 [H, W, 3] on green, alpha uint8 [H, W], what a network sees, and the truth."""

    rgb: np.ndarray
    alpha: np.ndarray
    seen: PoseEstimate
    body: Body
    pose: Pose
    camera: Camera


@cache
def dressed_body() -> Body:
    body = load_body()
    height, across, front = body.surface[:, 1], np.abs(body.surface[:, 0] - 0.5), body.surface[:, 2]
    colours = np.tile(np.float32(SKIN), (len(height), 1))
    colours[(height > 0.52) & (height < 0.83) & (across < 0.3)] = SHIRT
    colours[(height > 0.05) & (height <= 0.52) & (across < 0.3)] = TROUSERS
    colours[height <= 0.05] = SHOES
    colours[(height > 0.95) | ((height > 0.88) & (front < 0.45) & (across < 0.15))] = HAIR
    return replace(body, colours=colours)


@cache
def standing(azimuth_deg: float = 0.0) -> Painted:
    """Somebody with one arm raised and one knee bent."""
    body = dressed_body()
    pose = Pose.rest(body.skeleton)
    for joint, axis, angle_deg in (
        ("RightArm", 2, -60), ("LeftArm", 2, -25), ("LeftUpLeg", 0, -30), ("LeftLeg", 0, 35),
    ):  # fmt: skip
        pose.rotations[body.skeleton.index(joint)] = about_axis(axis, angle_deg)
    camera = orbit((0, 0.9, 0), azimuth_deg, 1.2, 4.5, (SIDE_PX, SIDE_PX), SIDE_PX * 1.8)
    view = render_pose(body, pose, camera)
    share = view.coverage[..., None]
    rgb = view.rgb + (1 - share) * (40, 200, 60)
    alpha = np.rint(view.coverage * 255).astype(np.uint8)
    return Painted(
        rgb.clip(0, 255).astype(np.uint8), alpha, _seen(body, pose, camera), body, pose, camera
    )


def _seen(body: Body, pose: Pose, camera: Camera) -> PoseEstimate:
    places = landmark_points(body).placed(transforms_of(body.skeleton, pose))
    pixels, depth = camera.project(places)
    inside = camera.to_camera(places)
    world = inside - inside[[23, 24]].mean(axis=0)
    points = np.column_stack([pixels, depth]).astype(np.float32)
    ones = np.ones(33, np.float32)
    crop = SquareCrop(SIDE_PX / 2, SIDE_PX / 2, SIDE_PX, 0.0)
    mask = np.zeros((8, 8), np.float32)
    return PoseEstimate(points, world.astype(np.float32), ones, ones, 1.0, mask, crop)
