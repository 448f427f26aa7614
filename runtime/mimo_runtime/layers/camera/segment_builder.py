"""Frames that share a plate, while they are gathered."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from mimo_runtime.layers.camera.motion import PlateSegment, corners_of
from mimo_runtime.layers.camera.registration import Registration
from mimo_runtime.layers.camera.tuning import TUNING
from mimo_runtime.layers.frames import Matrix


@dataclass(slots=True, eq=False)
class SegmentBuilder:
    """A segment from frame `first` on, while it lasts.

    `matrices`: from each frame to the first, float64 [3, 3] in px of the working picture;
    `registrations`: what they come from, None for the first.
    """

    first: int
    cause: str
    matrices: list[Matrix] = field(default_factory=list)
    registrations: list[Registration | None] = field(default_factory=list)


def segment_of(builder: SegmentBuilder, size_px: tuple[int, int], scale: float) -> PlateSegment:
    """What is known of a segment of frames of `size_px`, aligned at `scale`."""
    registered = [
        registration for registration in builder.registrations if registration is not None
    ]
    last = builder.first + len(builder.matrices) - 1
    agreeing = (
        float(np.median([registration.agreeing for registration in registered]))
        if registered
        else 1.0
    )
    error_px = (
        float(np.median([registration.error_px for registration in registered])) / scale
        if registered
        else 0.0
    )
    recognised = (len(registered) + 1) / len(builder.registrations)
    static = _is_static(builder, registered, size_px, scale)
    return PlateSegment(builder.first, last, builder.cause, static, agreeing, error_px, recognised)


def _is_static(
    builder: SegmentBuilder, registered: list[Registration], size_px: tuple[int, int], scale: float
) -> bool:
    if not registered:
        return True
    if (
        np.mean([registration.still >= TUNING.still_share for registration in registered])
        >= TUNING.usually
    ):
        return True
    size = (round(size_px[0] * scale), round(size_px[1] * scale))
    home = corners_of(np.eye(3), *size)
    shifts_px = [
        float(np.abs(corners_of(matrix, *size) - home).max()) for matrix in builder.matrices
    ]
    return float(np.quantile(shifts_px, TUNING.usually)) < TUNING.moved_px


def fits(matrix: Matrix, shape: tuple[int, ...], before: list[Matrix]) -> bool:
    """Whether the frame can share a plate with the ones before."""
    height, width = shape
    ends = corners_of(matrix, width, height)
    turn = (matrix @ np.array([[0, width], [0, height], [1.0, 1.0]]))[2]
    area = cv2.contourArea(ends.astype(np.float32)) / (width * height)
    if turn.min() <= 0 or not TUNING.scales[0] ** 2 < area < TUNING.scales[1] ** 2:
        return False
    spans = [
        corners_of(earlier, width, height) for earlier in (before[0], before[len(before) // 2])
    ]
    corners = np.concatenate([*spans, corners_of(before[-1], width, height), ends])
    wide, high = corners.max(axis=0) - corners.min(axis=0)
    return bool(wide * high <= TUNING.largest_plate * width * height)


def overlap_of(matrix: Matrix, shape: tuple[int, ...]) -> float:
    """The share of a frame of `shape` that another one, laid on it by `matrix`, covers."""
    height, width = shape
    frame = corners_of(np.eye(3), width, height).astype(np.float32)
    part = corners_of(matrix, width, height).astype(np.float32)
    shared, _ = cv2.intersectConvexConvex(frame, part)
    return float(shared) / (width * height)
