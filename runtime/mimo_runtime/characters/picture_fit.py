"""The shipped body fitted to one picture: posture, proportions, build."""

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np

from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.arrays import Pixels
from mimo_runtime.body.body import Body
from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import silhouette
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.outline_fit import refine
from mimo_runtime.characters.square import Square, square_around
from mimo_runtime.characters.tuning import TUNING
from mimo_runtime.fitting.landmark_track import LandmarkTrack, gather_landmarks
from mimo_runtime.fitting.motion_fit import FittedMotion, fit_motion
from mimo_runtime.fitting.observations import targets_of
from mimo_runtime.fitting.proportions import Proportions

Shape = dict[str, float]

_BUILDS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("male", (-0.8, 0.8)),
    ("heavy", (0.5, 1.0)),
    ("light", (0.5, 1.0)),
    ("muscular", (0.7,)),
)


@dataclass(frozen=True, slots=True, eq=False)
class PictureFit:
    """`body` in `pose` as `camera` sees it; `overlap` with the matte, 0 to 1; what was guessed."""

    body: Body
    shape: Shape
    proportions: Proportions
    pose: Pose
    camera: Camera
    overlap: float
    guesses: tuple[str, ...]


def fit_picture(estimate: PoseEstimate, alpha: Pixels) -> PictureFit:
    """The shipped body, standing as `estimate`, in the build and posture whose outline fits best.

    Args:
        alpha: uint8 [H, W], 255 on the character, of the picture in which `estimate` was found.

    Raises:
        MediaError: the matte is empty.
    """
    height, width = alpha.shape
    track = gather_landmarks([estimate], Fraction(1), (width, height))
    square = square_around(alpha, TUNING.fit_side_px)
    outline = np.ascontiguousarray(
        square.cut(np.zeros((height, width, 3), np.uint8), alpha)[..., 3]
    )
    best, shape, score = _best_build(track, square, outline)
    pose, camera = best.motion.pose(0), best.cameras.at(0)
    small = square.seen_by(camera)
    better = refine(best.body, targets_of(track, camera.focal_px), pose, small, outline)
    if (overlap := _shared(best.body, better, small, outline)) > score:
        pose, score = better, overlap
    return PictureFit(
        body=best.body,
        shape=shape,
        proportions=best.proportions,
        pose=pose,
        camera=camera,
        overlap=score,
        guesses=best.guesses,
    )


def _best_build(
    track: LandmarkTrack, square: Square, outline: Pixels
) -> tuple[FittedMotion, Shape, float]:
    """The build, one trait after the other, of the largest overlap with `outline`, and that."""
    shape: Shape = {}
    best = fit_motion(track, load_body())
    score = _overlap(best, square, outline)
    for name, amounts in _BUILDS:
        for tried in [{**shape, name: amount} for amount in amounts]:
            fit = fit_motion(track, load_body(tried))
            if (overlap := _overlap(fit, square, outline)) > score + TUNING.better_overlap:
                best, score, shape = fit, overlap, tried
    return best, shape, score


def _overlap(fit: FittedMotion, square: Square, outline: Pixels) -> float:
    return _shared(fit.body, fit.motion.pose(0), square.seen_by(fit.cameras.at(0)), outline)


def _shared(body: Body, pose: Pose, camera: Camera, alpha: Pixels) -> float:
    """Shared area of body and matte over that of both, in the picture of `camera`."""
    drawn = silhouette(body, pose_vertices(body, pose), camera)
    matte = cv2.threshold(alpha, 127, 1, cv2.THRESH_BINARY)[1].astype(bool)
    return float((drawn & matte).sum() / max(1, (drawn | matte).sum()))
