"""A character drawn from its texture, in any posture."""

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera, look_at
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.planes import draw_planes
from mimo_runtime.characters.texture import Texture
from mimo_runtime.fitting.degrees_of_freedom import hinge

_FILLED = 0.9  # of the picture's side
_DISTANCE_M = 6.0


def a_pose(body: Body) -> Pose:
    """Upright, legs as at rest, arms stretched and half lowered."""
    pose = Pose.rest(body.skeleton)
    for side in ("Left", "Right"):
        axis, bent = hinge(body.skeleton, f"{side}Arm", f"{side}ForeArm")
        pose.rotations[body.skeleton.index(f"{side}ForeArm")] = from_axis_angle(-bent * axis)
    return pose


def front_camera(body: Body, pose: Pose, size_px: int) -> Camera:
    """A camera in front of the body that sees all of it, as large as it fits, in a square."""
    vertices = pose_vertices(body, pose)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    middle = (low + high) / 2
    focal_px = _FILLED * size_px * (_DISTANCE_M - 0.5) / float((high - low)[:2].max())
    return look_at(middle + np.array([0, 0, _DISTANCE_M]), middle, size_px, size_px, focal_px)


def draw_textured(
    body: Body, corners_uv: NDArray[np.float32], texture: Texture, pose: Pose, camera: Camera
) -> NDArray[np.uint8]:
    """uint8 RGBA [H, W, 4], not premultiplied; alpha is how much of a pixel the body covers.

    corners_uv: float32 [T, 3, 2] of the body's triangles (`skirt.texture_corners`).
    """
    planes = draw_planes(body, corners_uv, texture, pose, camera)
    rgba = np.concatenate([planes.rgb, planes.coverage[None]]) * (planes.coverage > 0) * 255
    return np.ascontiguousarray(np.rint(rgba).astype(np.uint8).transpose(1, 2, 0))
