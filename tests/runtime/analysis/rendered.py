"""Pictures whose truth is known: the shipped body in painted clothes, and the shipped character."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import cv2
import numpy as np

from mimo_runtime import sample
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import orbit
from mimo_runtime.body.pose import transforms_of
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.shipped import load_body
from mimo_runtime.motions.procedural import walk

_SKIN, _SHIRT, _TROUSERS, _SHOES, _HAIR = (
    (0.82, 0.62, 0.5),
    (0.7, 0.15, 0.15),
    (0.15, 0.2, 0.4),
    (0.1, 0.1, 0.1),
    (0.2, 0.12, 0.05),
)
_LIGHT = np.array([-0.5, -0.4, -0.75], np.float32)  # camera axes: from the upper left, in front


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """uint8 [H, W, 3], how much of each pixel is the person, joints in px by name."""

    pixels: np.ndarray
    mask: np.ndarray
    joints: dict[str, np.ndarray]


@cache
def dressed_body() -> Body:
    body = load_body()
    height, across, front = body.surface[:, 1], np.abs(body.surface[:, 0] - 0.5), body.surface[:, 2]
    colours = np.tile(np.float32(_SKIN), (len(height), 1))
    colours[(height > 0.52) & (height < 0.83) & (across < 0.3)] = _SHIRT
    colours[(height > 0.05) & (height <= 0.52) & (across < 0.3)] = _TROUSERS
    colours[height <= 0.05] = _SHOES
    colours[(height > 0.95) | ((height > 0.88) & (front < 0.45) & (across < 0.15))] = _HAIR
    return replace(body, colours=colours)


def street(height_px: int, width_px: int) -> np.ndarray:
    """Sky, houses with windows, pavement: drawn, so that nothing is plain."""
    draw = np.random.default_rng(8)
    picture = np.zeros((height_px, width_px, 3), np.uint8)
    horizon = int(height_px * 0.7)
    picture[:horizon] = np.linspace((150, 180, 215), (205, 215, 225), horizon)[:, None]
    for left in range(0, width_px, width_px // 4):
        top, wall = int(height_px * draw.uniform(0.1, 0.3)), draw.integers(90, 170, 3)
        picture[top:horizon, left : left + width_px // 5] = wall
        for y in range(top + 8, horizon - 14, 26):
            for x in range(left + 6, left + width_px // 5 - 12, 20):
                picture[y : y + 12, x : x + 10] = wall // 2
    picture[horizon:] = (125, 120, 112)
    grain = cv2.GaussianBlur(draw.normal(0, 22, picture.shape), (0, 0), 1.2)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def walking(index: int, azimuth_deg: float = 25, size_px: int = 384) -> Picture:
    """Frame `index` (at 25 a second) of a walk on the spot, seen from `azimuth_deg`."""
    body = dressed_body()
    pose = walk(body.skeleton, index + 1, Fraction(25)).pose(index)
    target = (pose.root_m[0], 0.85, pose.root_m[2])
    camera = orbit(target, azimuth_deg, 1.3, 4.2, (size_px, size_px), size_px * 1.7)
    view = render_pose(body, pose, camera)
    alpha = view.coverage[..., None]
    light = 0.55 + 0.45 * (view.normals @ _LIGHT).clip(0, 1)[..., None]
    person = view.rgb / np.maximum(alpha, 1e-3) * light
    pixels = person * alpha + street(size_px, size_px) * (1 - alpha)
    joints, _ = camera.project(transforms_of(body.skeleton, pose).joints_m)
    named = dict(zip(body.skeleton.names, joints, strict=True))
    return Picture(pixels.clip(0, 255).astype(np.uint8), view.coverage, named)


def character(canvas: np.ndarray, left: int, top: int, scale: float = 1.0) -> Picture:
    """The shipped character on `canvas`, its picture's corner at (left, top); may reach beyond."""
    drawn = cv2.imread(str(sample.CHARACTER), cv2.IMREAD_UNCHANGED)
    drawn = cv2.resize(drawn, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    matrix = np.float32([[1, 0, left], [0, 1, top]])
    placed = cv2.warpAffine(drawn, matrix, canvas.shape[1::-1]).astype(np.float32)
    alpha = placed[..., 3:] / 255
    pixels = placed[..., 2::-1] * alpha + canvas * (1 - alpha)
    return Picture(np.rint(pixels).astype(np.uint8), alpha[..., 0], {})


def overlap(found: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union of what is more than half."""
    one, other = found > 0.5, truth > 0.5
    return float((one & other).sum() / max(1, (one | other).sum()))
