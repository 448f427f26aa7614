"""A picture of a body: what every pixel shows of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.raster import NO_TRIANGLE, nearest_triangles, resolve
from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.skinning import pose_vertices

SAMPLES = 2


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One rendered frame [H, W].

    Attributes:
        rgb: uint8 [H, W, 3], the body's colours on black, edges smoothed.
        surface: float32 [H, W, 3], surface coordinates of the nearest point; 0 outside `mask`.
        normals: float32 [H, W, 3], unit vectors in camera axes (x right, y down, z forward), so
            that what faces the camera has negative z; 0 outside `mask`.
        depth_m: float64 [H, W], along the line of sight; infinite outside `mask`.
        coverage: float32 [H, W], the share of the pixel that the body covers, 0 to 1.
    """

    rgb: NDArray[np.uint8]
    surface: Floats
    normals: Floats
    depth_m: Array
    coverage: Floats

    @property
    def mask(self) -> NDArray[np.bool_]:
        """bool [H, W], where any of the body is."""
        return np.isfinite(self.depth_m)


def silhouette(body: Body, vertices_m: Array, camera: Camera) -> NDArray[np.bool_]:
    """bool [H, W], where a body with its vertices at `vertices_m` is: `mask` of a `View` of one
    sample a pixel, and nothing that colours and normals cost.
    """
    pixels, depths = camera.project(vertices_m)
    triangle_ids, _, _ = nearest_triangles(
        pixels, depths, body.triangles, camera.width_px, camera.height_px
    )
    return np.asarray(triangle_ids != NO_TRIANGLE)


def render_pose(body: Body, pose: Pose, camera: Camera, samples: int = SAMPLES) -> View:
    """`body` in `pose` as `camera` sees it; see `render_vertices`."""
    return render_vertices(body, pose_vertices(body, pose), camera, samples)


def render_vertices(body: Body, vertices_m: Array, camera: Camera, samples: int = SAMPLES) -> View:
    """`body` with its vertices at `vertices_m` float64 [V, 3] in the world.

    samples: squared, how many points of each pixel are looked at.
    """
    fine = camera.scaled(samples)
    pixels, depths = fine.project(vertices_m)
    triangle_ids, corners, inverse = nearest_triangles(
        pixels, depths, body.triangles, fine.width_px, fine.height_px
    )
    normals = camera.turned(vertex_normals(vertices_m, body.triangles))
    values = np.concatenate([body.colours, body.surface, normals], axis=1, dtype=np.float32)
    colour, others, coverage, depth = resolve(
        triangle_ids, corners, inverse, body.triangles, values, samples
    )
    seen = np.isfinite(depth)
    others[seen, 3:] /= np.linalg.norm(others[seen, 3:], axis=1, keepdims=True).clip(1e-6)
    return View(
        rgb=np.rint(colour * 255).clip(0, 255).astype(np.uint8),
        surface=others[..., :3],
        normals=others[..., 3:],
        depth_m=depth,
        coverage=coverage,
    )
