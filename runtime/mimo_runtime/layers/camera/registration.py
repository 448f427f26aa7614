"""One frame laid on another by what does not move with people.

Corners of a keyframe are followed with pyramids of Lucas and Kanade (Bouguet, 2000) in pictures of
local contrast, which brightness does not change; a movement is fitted to them by RANSAC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.layers.camera.tuning import TUNING
from mimo_runtime.layers.frames import Flags, Matrix
from mimo_runtime.layers.masks import dilate

_WINDOW = (21, 21)


@dataclass(frozen=True, slots=True, eq=False)
class Keyframe:
    """Local contrast of a frame, uint8 [height, width], and its corners, float32 [count, 1, 2]."""

    contrast: NDArray[np.uint8]
    corners: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """`matrix` float64 [3, 3] takes places of the frame to those of the keyframe.

    `agreeing` 0..1 of the corners that should be in the frame move like that, with a median error
    of `error_px`; `still` of them have not moved at all.
    """

    matrix: Matrix
    agreeing: float
    still: float
    error_px: float


def contrast_of(pixels: Pixels) -> NDArray[np.uint8]:
    """What is left of a frame without its brightness: uint8 [height, width] around 128.

    Frames longer than `TUNING.longest_side_px` are made smaller.
    """
    scale = working_scale(pixels)
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    if scale < 1:
        gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    level = gray.astype(np.float32)
    fine = level - _broad(level, TUNING.contrast_sigma_px)
    spread = _broad(fine * fine, 2 * TUNING.contrast_sigma_px)
    local = 40 * fine / np.sqrt(spread + float(spread.mean()) + 1)
    return np.asarray((local + 128).clip(0, 255), np.uint8)


def _broad(level: Floats, sigma_px: float) -> Floats:
    """`level` blurred, which a quarter of its size is enough for; float32."""
    height, width = level.shape
    size = (max(1, width // TUNING.contrast_coarser), max(1, height // TUNING.contrast_coarser))
    less = cv2.resize(level, size, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(less, (0, 0), sigma_px / TUNING.contrast_coarser)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR))


def working_scale(pixels: Pixels) -> float:
    """By how much a frame is made smaller for registration, at most 1."""
    return float(min(1.0, TUNING.longest_side_px / max(pixels.shape[:2])))


def keyframe_of(contrast: NDArray[np.uint8], hidden: Flags) -> Keyframe:
    """The corners of `contrast` outside `hidden`, both [height, width]."""
    free = (~dilate(hidden, 5)).astype(np.uint8)
    detected = cv2.goodFeaturesToTrack(
        contrast, TUNING.corner_count, 0.01, 6, mask=free, blockSize=5
    )
    corners = np.zeros((0, 1, 2), np.float32) if detected is None else detected.reshape(-1, 1, 2)
    return Keyframe(contrast, np.asarray(corners, np.float32))


def register(
    keyframe: Keyframe, contrast: NDArray[np.uint8], hidden: Flags, guess: Matrix
) -> Registration | None:
    """Where the frame of `contrast` lies on the keyframe; None where too little is recognised.

    Args:
        keyframe: another frame of the shot.
        contrast: of the frame, uint8 [height, width].
        hidden: people in the frame, bool [height, width].
        guess: the matrix expected, as of the frame before.
    """
    if len(keyframe.corners) < TUNING.fewest_corners:
        return None
    inverse = np.linalg.inv(guess)
    expected = np.asarray(cv2.perspectiveTransform(keyframe.corners, inverse), np.float32)
    points, tracked = _track_corners(keyframe.contrast, contrast, keyframe.corners, expected)
    back, tracked_back = _track_corners(
        contrast, keyframe.contrast, points, keyframe.corners.copy()
    )
    kept = tracked & tracked_back
    kept &= np.linalg.norm(back - keyframe.corners, axis=2)[:, 0] < TUNING.consistent_px
    kept &= _free(points, hidden)
    if kept.sum() < TUNING.fewest_corners:
        return None
    return _fitted(points[kept], keyframe.corners[kept], keyframe.corners, hidden)


def shifted_guess(keyframe: Keyframe, contrast: NDArray[np.uint8]) -> Matrix:
    """The shift that phase correlation finds, as a matrix for `register`, float64 [3, 3]."""
    window = cv2.createHanningWindow(contrast.shape[::-1], cv2.CV_32F)
    source, target = keyframe.contrast.astype(np.float32), contrast.astype(np.float32)
    (x, y), _ = cv2.phaseCorrelate(source, target, window)
    return np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]], np.float64)


def _track_corners(
    source: NDArray[np.uint8], target: NDArray[np.uint8], corners: Floats, guess: Floats
) -> tuple[Floats, Flags]:
    points, status, _ = cv2.calcOpticalFlowPyrLK(
        source,
        target,
        corners,
        guess,
        winSize=_WINDOW,
        maxLevel=TUNING.pyramid_levels,
        criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.005),
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return np.asarray(points, np.float32), np.asarray(status[:, 0] == 1)


def _free(points: Floats, hidden: Flags) -> Flags:
    height, width = hidden.shape
    columns, rows = np.floor(points[:, 0]).astype(np.int64).T
    within = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    return np.asarray(within & ~hidden[rows.clip(0, height - 1), columns.clip(0, width - 1)])


def _fitted(
    points: Floats, corners: Floats, all_corners: Floats, hidden: Flags
) -> Registration | None:
    matrix = _simplest(points, corners, hidden.shape)
    if matrix is None or abs(np.linalg.det(matrix)) < TUNING.flat_determinant:
        return None
    errors = _errors(points, corners, matrix)
    agreeing = errors < 2 * TUNING.outlier_px
    still = np.linalg.norm(points - corners, axis=2)[:, 0] < TUNING.still_px
    error_px = float(np.median(errors[agreeing])) if agreeing.any() else float("inf")
    expected = cv2.perspectiveTransform(all_corners, np.linalg.inv(matrix))
    visible = max(len(points), int(_free(np.asarray(expected, np.float32), hidden).sum()))
    return Registration(
        matrix, float(agreeing.sum()) / visible, float(still.sum()) / visible, error_px
    )


def _simplest(points: Floats, corners: Floats, shape: tuple[int, ...]) -> Matrix | None:
    """The simplest movement that explains about as much as any: fewer freedoms, truer corners.

    A similarity, an affine map, or, where corners are spread over the frame, a homography.
    """
    fits = [_affine(cv2.estimateAffinePartial2D, points, corners)]
    fits.append(_affine(cv2.estimateAffine2D, points, corners))
    spread = points[:, 0].std(axis=0) / (shape[1], shape[0])
    if len(points) >= 2 * TUNING.fewest_corners and spread.min() > TUNING.corner_spread:
        homography, _ = cv2.findHomography(
            points, corners, cv2.RANSAC, TUNING.outlier_px, maxIters=500
        )
        fits.append(None if homography is None else np.asarray(homography, np.float64))
    known = [matrix for matrix in fits if matrix is not None]
    counts = [int((_errors(points, corners, matrix) < TUNING.close_px).sum()) for matrix in known]
    good = (
        matrix
        for matrix, count in zip(known, counts, strict=True)
        if count > TUNING.as_much * max(counts)
    )
    return next(good, known[-1] if known else None)


def _affine(fit: Callable[..., Any], points: Floats, corners: Floats) -> Matrix | None:
    plain, _ = fit(points, corners, method=cv2.RANSAC, ransacReprojThreshold=TUNING.outlier_px)
    return None if plain is None else np.vstack([plain, [0, 0, 1]]).astype(np.float64)


def _errors(points: Floats, corners: Floats, matrix: Matrix) -> Floats:
    moved = cv2.perspectiveTransform(points, matrix)
    return np.asarray(np.linalg.norm(moved - corners, axis=2)[:, 0], np.float32)
