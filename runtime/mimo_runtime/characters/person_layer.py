"""A character drawn into one frame: colour, cover and shadow, without any network."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.casting import Cast
from mimo_runtime.characters.planes import draw_vertices
from mimo_runtime.characters.tuning import TUNING

_ROOM_PX = 3


@dataclass(frozen=True, slots=True, eq=False)
class PersonLayer:
    """`rgba` float32 [h, w, 4] in 0..1, premultiplied, whose corner is (`left`, `top`) of a frame.

    A shadow is black that covers.
    """

    left: int
    top: int
    rgba: Floats


def draw_person(
    cast: Cast, texture_corners: NDArray[np.float32], pose: Pose, camera: Camera
) -> PersonLayer:
    """The character doing `pose` as `camera` sees it, as large a part of the frame as is needed.

    texture_corners: float32 [T, 3, 2] of the body's triangles (`texture_corners`).
    """
    vertices = pose_vertices(cast.figure.dressed, cast.pose(pose))
    part = _part(camera, vertices)
    dressed, texture = cast.figure.dressed, cast.figure.texture
    planes = draw_vertices(dressed, texture_corners, texture, vertices, part)
    cover = planes.coverage[..., None]
    shade = planes.shadow[..., None] * (1 - cover)
    rgba = np.concatenate([planes.rgb.transpose(1, 2, 0) * cover, cover + shade], axis=-1)
    left, top = (round(a - b) for a, b in zip(camera.centre_px, part.centre_px, strict=True))
    return PersonLayer(left, top, np.ascontiguousarray(rgba, np.float32))


def _part(camera: Camera, vertices: Array) -> Camera:
    """`camera`, of the part of its picture that holds the body and its shadow; at least a pixel."""
    under = vertices * (1, 0, 1)
    around = np.array([[x, 0, z] for x in (-1, 1) for z in (-1, 1)]) * TUNING.shadow_room_m
    ground = under.mean(axis=0) + around
    pixels, depths = camera.project(np.concatenate([vertices, ground]))
    visible = pixels[depths > 0.1]
    size = np.array([camera.width_px, camera.height_px])
    if len(visible) == 0:
        low, high = np.zeros(2, int), np.ones(2, int)
    else:
        low = np.floor(visible.min(axis=0) - _ROOM_PX).clip(0, size - 1).astype(int)
        high = np.ceil(visible.max(axis=0) + _ROOM_PX).clip(low + 1, size).astype(int)
    x, y = camera.centre_px
    return replace(
        camera,
        width_px=int(high[0] - low[0]),
        height_px=int(high[1] - low[1]),
        centre_px=(x - int(low[0]), y - int(low[1])),
    )
