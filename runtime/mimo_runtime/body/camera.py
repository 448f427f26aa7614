"""A pinhole camera."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.skeleton import Array

UP = (0.0, 1.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """What pixel a point of the world falls on.

    The camera's own axes are x right, y down, z forward. Pixel (0, 0) covers 0..1 in x and y, so
    that its centre is (0.5, 0.5).

    Attributes:
        width_px, height_px: of the picture.
        focal_px: focal length, the same in x and y.
        centre_px: (x, y) of the principal point.
        rotation: float64 [3, 3], turns world axes to camera axes.
        translation_m: float64 [3], the world's origin in camera axes.
    """

    width_px: int
    height_px: int
    focal_px: float
    centre_px: tuple[float, float]
    rotation: Array
    translation_m: Array

    @property
    def position_m(self) -> Array:
        """float64 [3], where the camera is in the world."""
        return -self.rotation.T @ self.translation_m

    def to_camera(self, points_m: NDArray[Any]) -> Array:
        """World points [..., 3] in camera axes."""
        return self.turned(points_m) + self.translation_m

    def turned(self, directions: NDArray[Any]) -> Array:
        """World directions [..., 3] in camera axes."""
        # BLAS is many times slower than this where a matrix is three wide.
        return np.asarray(np.einsum("...j,kj->...k", directions, self.rotation), np.float64)

    def project(self, points_m: NDArray[Any]) -> tuple[Array, Array]:
        """Pixels [..., 2] and depths [...] in metres of world points [..., 3].

        A point beside or behind the camera (depth 0 or less) has no meaningful pixel.
        """
        inside = self.to_camera(points_m)
        depth = inside[..., 2]
        scale = self.focal_px / np.where(depth == 0, np.finfo(np.float64).tiny, depth)
        return inside[..., :2] * scale[..., None] + self.centre_px, depth

    def scaled(self, factor: int) -> "Camera":
        """The same view with `factor` times as many pixels on each side."""
        return replace(
            self,
            width_px=self.width_px * factor,
            height_px=self.height_px * factor,
            focal_px=self.focal_px * factor,
            centre_px=(self.centre_px[0] * factor, self.centre_px[1] * factor),
        )


def look_at(
    position_m: ArrayLike, target_m: ArrayLike, width_px: int, height_px: int, focal_px: float
) -> Camera:
    """A camera at `position_m` [3] with `target_m` [3] in the middle, the world's y axis upright.

    The line of sight must not be vertical.
    """
    position = np.asarray(position_m, np.float64)
    forward = np.asarray(target_m, np.float64) - position
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, UP)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    centre = (width_px / 2, height_px / 2)
    return Camera(width_px, height_px, focal_px, centre, rotation, -rotation @ position)


def orbit(
    target_m: ArrayLike,
    azimuth_deg: float,
    height_m: float,
    distance_m: float,
    size_px: tuple[int, int],
    focal_px: float,
) -> Camera:
    """A camera on a circle around `target_m` [3], looking at it.

    azimuth_deg: 0 is in front of somebody who faces +z, 90 at their left side, 180 behind.
    height_m: of the camera over y = 0. distance_m: from the target, along the ground.
    """
    target = np.asarray(target_m, np.float64)
    position = target + about_axis(1, azimuth_deg) @ np.array([0, 0, distance_m])
    position[1] = height_m
    return look_at(position, target, *size_px, focal_px)
