"""Where the camera stands to see a motion."""

import math
from dataclasses import dataclass

import numpy as np

from mimo_runtime.body.camera import Camera, orbit
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.motions.motion import Motion

VIEWS = {"front": 0.0, "left": 90.0, "side": 90.0, "back": 180.0, "right": -90.0}
FOCAL_PER_SIDE = 1.6
MARGIN = 0.06
FLESH_M = 0.12
NEAREST_M, FURTHEST_M = 0.5, 500.0
SMALLEST_PX = 8
_SETTINGS = ("azimuth", "height", "distance")
_MAX_FRAMES_LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class CameraChoice:
    """Where to look from; what is None is chosen so that the whole motion is in the picture.

    Attributes:
        azimuth_deg: 0 in front of the person as they stand in the first frame, 90 at their left.
        height_m: of the camera over the ground; None: that of the motion's middle.
        distance_m: from the motion's middle along the ground.
    """

    azimuth_deg: float = 0.0
    height_m: float | None = None
    distance_m: float | None = None


def parse_camera(text: str) -> CameraChoice:
    """One of `VIEWS`, or settings: "azimuth=30,height=1.6,distance=4", each of them optional.

    Raises InvalidRequestError for anything else.
    """
    if text in VIEWS:
        return CameraChoice(VIEWS[text])
    values: dict[str, float] = {}
    for part in text.split(","):
        name, _, number = part.strip().partition("=")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if name not in _SETTINGS or name in values or not math.isfinite(value):
            raise InvalidRequestError(
                f"the camera '{text}' is not understood at '{part.strip()}'; use "
                f"{', '.join(VIEWS)}, or for instance azimuth=30,height=1.6,distance=4"
            )
        values[name] = value
    distance = values.get("distance")
    if distance is not None and not NEAREST_M <= distance <= FURTHEST_M:
        raise InvalidRequestError(
            f"the camera's distance is {distance:g} m; it must be {NEAREST_M:g} to {FURTHEST_M:g}"
        )
    return CameraChoice(values.get("azimuth", 0.0), values.get("height"), distance)


def frame_motion(
    motion: Motion, skeleton: Skeleton, choice: CameraChoice, size_px: tuple[int, int]
) -> Camera:
    """A camera that stands still and sees the whole motion; size_px is (width, height).

    Raises InvalidRequestError where the person would never be `SMALLEST_PX` large.
    """
    step = max(1, motion.frame_count // _MAX_FRAMES_LOOKED_AT)
    placed = motion.cut(slice(None, None, step)).placed(skeleton)
    reach = np.einsum("njab,jb->nja", placed.turns, skeleton.tails_m - skeleton.rest_m)
    points = np.concatenate([placed.joints_m, placed.joints_m + reach], axis=1).reshape(-1, 3)
    target = (points.min(axis=0) + points.max(axis=0)) / 2
    facing = placed.turns[0, 0] @ np.array([0.0, 0, 1])
    azimuth_deg = math.degrees(math.atan2(facing[0], facing[2])) + choice.azimuth_deg
    height_m = float(target[1]) if choice.height_m is None else choice.height_m
    focal_px = FOCAL_PER_SIDE * max(size_px)

    def at(distance_m: float) -> Camera:
        return orbit(target, azimuth_deg, height_m, distance_m, size_px, focal_px)

    near, far = NEAREST_M, FURTHEST_M
    while choice.distance_m is None and far - near > 0.01:
        middle = (near + far) / 2
        near, far = (near, middle) if _sees(at(middle), points) else (middle, far)
    camera = at(far if choice.distance_m is None else choice.distance_m)
    _check_size(camera, points.reshape(placed.joints_m.shape[0], -1, 3))
    return camera


def _check_size(camera: Camera, points_m: Array) -> None:
    """points_m: [N, P, 3], those of each frame."""
    pixels, _ = camera.project(points_m.reshape(-1, 3))
    largest_px = np.ptp(pixels.reshape(*points_m.shape[:2], 2), axis=1).max()
    if largest_px < SMALLEST_PX:
        raise InvalidRequestError(
            f"from the camera that was chosen the person is only {largest_px:.1f} px large; choose "
            "a nearer one, larger frames, or a part of the motion that does not go as far"
        )


def _sees(camera: Camera, points_m: Array) -> bool:
    """Whether all points, as balls as thick as a body, are well inside the picture."""
    pixels, depths = camera.project(points_m)
    if depths.min() <= FLESH_M:
        return False
    flesh_px = (FLESH_M * camera.focal_px / depths)[:, None]
    size = np.array([camera.width_px, camera.height_px])
    inside = (pixels - flesh_px >= MARGIN * size) & (pixels + flesh_px <= (1 - MARGIN) * size)
    return bool(inside.all())
