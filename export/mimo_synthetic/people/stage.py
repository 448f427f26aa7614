"""Where a clip is filmed: its camera, and the empty scene behind the person."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.camera import Camera, look_at
from mimo_runtime.body.rotations import about_axis
from mimo_synthetic.ground_truth.grain import rough
from mimo_synthetic.ground_truth.yard import random_yard
from mimo_synthetic.ground_truth.yard_view import view_yard
from mimo_synthetic.people.light import Light

Random = np.random.Generator
Floats = NDArray[np.float32]
Array = NDArray[np.float64]
_UP = np.array([0.0, 1.0, 0.0])


def random_camera(random: Random, points_m: Array, size_px: int) -> Camera:
    """A camera in front that sees all of `points_m` [..., 3] in a square, a little beside them."""
    low, high = points_m.reshape(-1, 3).min(axis=0), points_m.reshape(-1, 3).max(axis=0)
    middle = (low + high) / 2
    away = about_axis(1, random.uniform(-35, 35)) @ np.array([0, 0, random.uniform(3.0, 6.5)])
    away[1] = random.uniform(-0.2, 1.2)
    camera = look_at(middle + away, middle, size_px, size_px, float(size_px))
    return filled(camera, points_m, random.uniform(0.72, 0.97), random)


def filled(camera: Camera, points_m: Array, share: float, random: Random) -> Camera:
    """`camera` zoomed and shifted until the points fill `share` of its square."""
    pixels, _ = camera.project(points_m.reshape(-1, 3))
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    zoom = share * camera.width_px / float((high - low).max())
    room = camera.width_px - (high - low) * zoom
    corner = room * random.uniform(0.3, 0.7, 2)
    x, y = corner + (np.array(camera.centre_px) - low) * zoom
    return Camera(
        camera.width_px, camera.height_px, camera.focal_px * zoom, (float(x), float(y)),
        camera.rotation, camera.translation_m,
    )  # fmt: skip


def resized(camera: Camera, size_px: int) -> Camera:
    """The same view of a square camera in another size."""
    scale = size_px / camera.width_px
    x, y = camera.centre_px
    centre = (x * scale, y * scale)
    turned = camera.rotation, camera.translation_m
    return Camera(size_px, size_px, camera.focal_px * scale, centre, *turned)


def random_plate(random: Random, camera: Camera, light: Light) -> Floats:
    """The empty scene, float32 [H, W, 3], 0..1: a yard, or something smooth.

    It is in the light of the person, which so can be read off it.
    """
    size = camera.width_px
    if random.random() < 0.7:
        view = view_yard(random_yard(random), camera, light.brightness)
        plate = view.small(view.colours)
    else:
        corners = random.uniform(0.05, 0.95, (2, 2, 3)).astype(np.float32)
        smooth = cv2.resize(corners, (size, size), interpolation=cv2.INTER_CUBIC)
        ground = smooth * (1 + 0.08 * rough(random, size, (2.0, 9.0, 30.0))[..., None])
        plate = ground * light.brightness(_UP)
    return np.asarray(plate, np.float32).clip(0, 1)
