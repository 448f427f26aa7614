"""The structured motion code of one frame: the bare body of a character as planes.

What a network is shown of posture and identity (the paper's motion code, section 3.3, with the
character's texture drawn on it): hair and clothes that reach beyond the body are not in it.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.raster import nearest_triangles
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.contact_shadow import contact_shadow
from mimo_runtime.characters.plane_loop import paint_planes
from mimo_runtime.characters.texture import Texture

NAMES: Final = (
    "surface_x", "surface_y", "surface_z", "normal_x", "normal_y", "normal_z",
    "red", "green", "blue", "confidence", "coverage", "shadow",
)  # fmt: skip
SURFACE, NORMALS, RGB = slice(0, 3), slice(3, 6), slice(6, 9)
CONFIDENCE, COVERAGE, SHADOW = 9, 10, 11
SAMPLES = 2
_CARRIED = [*range(3), *range(6, 9)]


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """`values` float32 [12, H, W], in the order of `NAMES`.

    surface: coordinates of the nearest point of the surface, 0 to 1; outside the body those of the
        nearest pixel of the body.
    normals: unit vectors in camera axes (x right, y down, z forward); 0 outside.
    red, green, blue: the texture, 0 to 1, not premultiplied; outside as surface.
    confidence: of the texture, 0 to 1; 0 outside.
    coverage: how much of a pixel the body covers, 0 to 1.
    shadow: what level ground at height 0 loses of the light to the body, 0 to 1.

    All are 0 everywhere where no pixel shows the body.
    """

    values: Floats

    @property
    def rgb(self) -> Floats:
        """float32 [3, H, W], a view."""
        return self.values[RGB]

    @property
    def coverage(self) -> Floats:
        """float32 [H, W], a view."""
        return np.asarray(self.values[COVERAGE])

    @property
    def shadow(self) -> Floats:
        """float32 [H, W], a view."""
        return np.asarray(self.values[SHADOW])


def draw_planes(
    body: Body,
    texture_corners: NDArray[np.float32],
    texture: Texture,
    pose: Pose,
    camera: Camera,
    out: Floats | None = None,
) -> Planes:
    """The planes of `body` in `pose` as `camera` sees it.

    Args:
        texture_corners: float32 [T, 3, 2] of the body's triangles (`skirt.texture_corners`).
        texture: of the character. It is read at 2 x 2 points of each pixel, between four texels:
            one that is much finer than that should be `reduced` first, or it flickers.
        camera: of the size of the planes, H x W.
        out: float32 [12, H, W] to draw into and return.
    """
    return draw_vertices(body, texture_corners, texture, pose_vertices(body, pose), camera, out)


def draw_vertices(
    body: Body,
    texture_corners: NDArray[np.float32],
    texture: Texture,
    vertices_m: NDArray[np.float64],
    camera: Camera,
    out: Floats | None = None,
) -> Planes:
    """`draw_planes` of a body whose vertices are at `vertices_m` float64 [V, 3] in the world."""
    fine = camera.scaled(SAMPLES)
    pixels, depths = fine.project(vertices_m)
    triangle_ids, corners, inverse = nearest_triangles(
        pixels, depths, body.triangles, fine.width_px, fine.height_px
    )
    normals = camera.turned(vertex_normals(vertices_m, body.triangles))
    shape = (len(NAMES), camera.height_px, camera.width_px)
    values = np.empty(shape, np.float32) if out is None else out
    values.fill(0)
    paint_planes(
        triangle_ids, corners, inverse, body.triangles, body.surface, normals, texture_corners,
        texture.rgb, texture.confidence, texture.origin, SAMPLES, values,
    )  # fmt: skip
    covered = values[COVERAGE] > 0
    if covered.any():
        _carry_on(values, covered)
        values[SHADOW] = contact_shadow(vertices_m, camera)
    return Planes(values)


def _carry_on(values: Floats, covered: NDArray[np.bool_]) -> None:
    """Give every pixel that is not `covered` the surface and colour of the nearest one that is."""
    _, labels = cv2.distanceTransformWithLabels(
        (~covered).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    seats = np.flatnonzero(covered)
    nearest = np.empty(int(labels.max()) + 1, np.int64)
    nearest[labels.ravel()[seats]] = seats
    flat = values.reshape(len(values), -1)
    outside = np.flatnonzero(~covered)
    sources = nearest[labels.ravel()[outside]]
    for plane in _CARRIED:
        flat[plane, outside] = flat[plane, sources]
