"""Where the camera stands to see a motion, still or following the person."""

import math
from dataclasses import dataclass

import numpy as np

from mimo_runtime.body.camera import Camera, orbit
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.motions.camera_path import CameraPath
from mimo_runtime.motions.motion import Motion

VIEWS = {"front": 0.0, "left": 90.0, "side": 90.0, "back": 180.0, "right": -90.0}
FOLLOW = "follow"
FOCAL_PER_SIDE = 1.6
MARGIN = 0.06
FLESH_M = 0.12
NEAREST_M, FURTHEST_M = 0.5, 500.0
SMALLEST_PX = 8
_SETTINGS = ("azimuth", "height", "distance")
_MAX_FRAMES_LOOKED_AT = 300
_TURNING_COSINE = 0.7  # 45 degrees from one frame to the next: nobody turns like that
_FOLLOWED_S = 1.0


@dataclass(frozen=True, slots=True)
class CameraChoice:
    """Where to look from; what is None is chosen so that the whole motion is in the picture.

    Attributes:
        azimuth_deg: 0 in front of the person as they stand at the beginning, 90 at their left.
        height_m: of the camera over the ground; None: that of the motion's middle.
        distance_m: from the motion's middle along the ground.
        follow: whether the camera goes beside the person and does not stand still.
    """

    azimuth_deg: float = 0.0
    height_m: float | None = None
    distance_m: float | None = None
    follow: bool = False


def parse_camera(text: str) -> CameraChoice:
    """One of `VIEWS`, FOLLOW, settings as "azimuth=30,height=1.6,distance=4", or all together.

    Raises InvalidRequestError for anything else.
    """
    values: dict[str, float] = {}
    follow = False
    for part in (part.strip() for part in text.split(",")):
        name, _, number = part.partition("=")
        if part in VIEWS:
            name, number = "azimuth", str(VIEWS[part])
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        known = name in _SETTINGS and name not in values and math.isfinite(value)
        if not known and (part != FOLLOW or follow):
            raise InvalidRequestError(
                f"The camera '{text}' is not understood at '{part}'; use {', '.join(VIEWS)}, "
                f"{FOLLOW}, or for instance azimuth=30,height=1.6,distance=4."
            )
        if known:
            values[name] = value
        else:
            follow = True
    distance = values.get("distance")
    if distance is not None and not NEAREST_M <= distance <= FURTHEST_M:
        raise InvalidRequestError(
            f"The camera's distance is {distance:g} m; it must be {NEAREST_M:g} to {FURTHEST_M:g}."
        )
    return CameraChoice(values.get("azimuth", 0.0), values.get("height"), distance, follow)


def place_camera(
    motion: Motion, skeleton: Skeleton, choice: CameraChoice, size_px: tuple[int, int]
) -> CameraPath:
    """Cameras that see the whole motion, one for each frame; size_px is (width, height).

    A camera that follows keeps its distance and direction from where the person goes.

    Raises InvalidRequestError where the person would never be `SMALLEST_PX` large.
    """
    step = max(1, motion.frame_count // _MAX_FRAMES_LOOKED_AT)
    way_m = followed_way(motion) if choice.follow else np.zeros((motion.frame_count, 3))
    placed = motion.cut(slice(None, None, step)).placed(skeleton)
    reach = np.einsum("njab,jb->nja", placed.turns, skeleton.tails_m - skeleton.rest_m)
    points = np.concatenate([placed.joints_m, placed.joints_m + reach], axis=1)
    points = points - way_m[::step, None]
    azimuth_deg = _facing_deg(motion, skeleton) + choice.azimuth_deg
    camera = _camera(points, azimuth_deg, choice, size_px)
    path = CameraPath.still(camera, motion.frame_count)
    moved = path.translations_m - np.einsum("ab,nb->na", camera.rotation, way_m)
    return CameraPath(
        path.width_px, path.height_px, path.focal_px, path.centre_px, path.rotations, moved
    )


def followed_way(motion: Motion) -> Array:
    """float64 [N, 3], where on the ground the person is, smoothed over `_FOLLOWED_S`, from 0."""
    ground = motion.root_m.astype(np.float64) * [1, 0, 1]
    half = min(round(float(motion.rate_fps) * _FOLLOWED_S / 2), motion.frame_count - 1)
    if half < 1:
        return np.asarray(ground - ground[0], np.float64)
    # Reflected about the ends, so that a steady walk is followed from its first frame on.
    before = 2 * ground[0] - ground[half:0:-1]
    after = 2 * ground[-1] - ground[-2 : -half - 2 : -1]
    sums = np.cumsum(np.concatenate([np.zeros((1, 3)), before, ground, after]), axis=0)
    way = (sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)
    return np.asarray(way - way[0], np.float64)


def _facing_deg(motion: Motion, skeleton: Skeleton) -> float:
    """Where the person looks at first, by the second frame where the first is one apart.

    Some files begin with a T-posture that looks elsewhere.
    """
    fronts = motion.cut(slice(0, 2)).placed(skeleton).turns[:, 0, :, 2]
    jumps = len(fronts) > 1 and float(fronts[0] @ fronts[1]) < _TURNING_COSINE
    facing = fronts[1 if jumps else 0]
    return math.degrees(math.atan2(facing[0], facing[2]))


def _camera(
    points_m: Array, azimuth_deg: float, choice: CameraChoice, size_px: tuple[int, int]
) -> Camera:
    """A camera that sees all `points_m` [N, P, 3]."""
    flat = points_m.reshape(-1, 3)
    target = (flat.min(axis=0) + flat.max(axis=0)) / 2
    height_m = float(target[1]) if choice.height_m is None else choice.height_m
    focal_px = FOCAL_PER_SIDE * max(size_px)

    def at(distance_m: float) -> Camera:
        return orbit(target, azimuth_deg, height_m, distance_m, size_px, focal_px)

    near, far = NEAREST_M, FURTHEST_M
    while choice.distance_m is None and far - near > 0.01:
        middle = (near + far) / 2
        near, far = (near, middle) if _sees(at(middle), flat) else (middle, far)
    camera = at(far if choice.distance_m is None else choice.distance_m)
    _check_size(camera, points_m)
    return camera


def _check_size(camera: Camera, points_m: Array) -> None:
    """points_m: [N, P, 3], those of each frame."""
    pixels, _ = camera.project(points_m.reshape(-1, 3))
    largest_px = np.ptp(pixels.reshape(*points_m.shape[:2], 2), axis=1).max()
    if not largest_px >= SMALLEST_PX:
        raise InvalidRequestError(
            f"From the camera that was chosen the person is only {largest_px:.1f} px large; choose "
            f"a nearer one, one that follows ('{FOLLOW}'), larger frames, or a part of the motion "
            "that does not go as far.",
            settings=("camera", "size", "seconds"),
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
