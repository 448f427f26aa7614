"""A character drawn from its texture, in any posture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera, look_at
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.raster import nearest_triangles, resolve
from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.texture import NOWHERE, Texture
from mimo_runtime.fitting.freedoms import hinge

_SAMPLES = 2
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

    corners_uv: float32 [T, 3, 2] of the body's triangles (`load_texture_corners`).
    """
    fine = camera.scaled(_SAMPLES)
    pixels, depths = fine.project(pose_vertices(body, pose))
    corner_pixels, corner_depths = pixels[body.triangles], depths[body.triangles]
    own = np.arange(corners_uv.size // 2, dtype=np.int32).reshape(-1, 3)
    owners, snapped, inverse = nearest_triangles(
        corner_pixels.reshape(-1, 2), corner_depths.ravel(), own, fine.width_px, fine.height_px
    )
    uv = corners_uv.reshape(-1, 2)
    values = np.column_stack([np.zeros((len(uv), 3)), uv]).astype(np.float32)
    _, others, coverage, _ = resolve(owners, snapped, inverse, own, values, 1)
    seen = np.where(coverage[..., None] > 0, _looked_up(texture, others), 0)
    size = (camera.width_px, camera.height_px)
    alpha = cv2.resize(coverage, size, interpolation=cv2.INTER_AREA)
    rgb = cv2.resize(seen, size, interpolation=cv2.INTER_AREA) / np.maximum(alpha, 1e-6)[..., None]
    rgba = np.dstack([rgb, alpha * 255]).clip(0, 255)
    return np.asarray(np.rint(rgba), np.uint8)


def _looked_up(texture: Texture, uv: NDArray[np.float32]) -> NDArray[np.float32]:
    """The texture's colours at uv [H, W, 2], float32 [H, W, 3]; islands do not bleed."""
    size = len(texture.rgb)
    column, row = uv[..., 0] * size - 0.5, (1 - uv[..., 1]) * size - 0.5
    solid = (texture.origin != NOWHERE).astype(np.float32)
    layers = np.dstack([texture.rgb * solid[..., None], solid])
    read = cv2.remap(layers, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(read[..., :3] / np.maximum(read[..., 3:], 1e-3), np.float32)
