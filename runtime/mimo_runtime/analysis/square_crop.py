"""The upright square around one person that body networks are given, and the way back."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.joints import KEYPOINT, SHOULDERS_AND_HIPS
from mimo_runtime.analysis.person import DetectedPerson
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels

ROOM = 1.35  # side of the square, of the longer side of the person's box
UPRIGHT_DEG = 40.0  # the network is sure of people that lean less than this; they stay as they are
_HEIGHTS = (("ankle", 1.0), ("knee", 1.4), ("hip", 2.0), ("shoulder", 4.5))
# whole people, of what is between the top of their boxes and these joints

Bounds = tuple[int, int, int, int]  # left, top, right, bottom: whole px, right and bottom excluded


@dataclass(frozen=True, slots=True)
class SquareCrop:
    """A square of `side_px` around (`x_px`, `y_px`) of the frame, turned by `turn_rad`.

    `turn_rad` is how far the person's head is clockwise from straight up; in the crop the head is
    up.
    """

    x_px: float
    y_px: float
    side_px: float
    turn_rad: float

    def to_frame(self, size_px: int) -> Floats:
        """The affine map from a crop picture of `size_px` to the frame, float32 [2, 3].

        Of columns and rows of pixels, as OpenCV counts them.
        """
        scale = self.side_px / size_px
        cosine, sine = math.cos(self.turn_rad) * scale, math.sin(self.turn_rad) * scale
        half = (size_px - 1) / 2
        centre_x, centre_y = self.x_px - 0.5, self.y_px - 0.5
        return np.array(
            [
                [cosine, -sine, centre_x - half * (cosine - sine)],
                [sine, cosine, centre_y - half * (sine + cosine)],
            ],
            np.float32,
        )

    def picture(self, pixels: Pixels, size_px: int) -> Pixels:
        """What is in the square, uint8 [size_px, size_px, 3]; black beyond the frame."""
        matrix = self.to_frame(size_px)
        smaller, shift = _reduced(pixels, self, int(self.side_px // size_px))
        to_smaller = (matrix - np.array([[0, 0, shift[0]], [0, 0, shift[1]]])) / shift[2]
        to_smaller[:, 2] += (1 / shift[2] - 1) / 2
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        shown = cv2.warpAffine(smaller, to_smaller, (size_px, size_px), flags=flags)
        return np.asarray(shown, np.uint8)

    def inside(self, width_px: int, height_px: int, size_px: int) -> Floats:
        """1 where the crop shows the frame, 0 beyond it, float32 [size_px, size_px]."""
        frame = np.ones((height_px, width_px), np.uint8)
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        shown = cv2.warpAffine(frame, self.to_frame(size_px), (size_px, size_px), flags=flags)
        return np.asarray(shown, np.float32)

    def points_in_frame(self, points: NDArray[np.floating], size_px: int) -> Floats:
        """`points` [count, 2] of a crop picture of `size_px`, in frame px."""
        matrix = self.to_frame(size_px)
        return np.asarray((points - 0.5) @ matrix[:, :2].T + matrix[:, 2] + 0.5, np.float32)

    def bounds(self, width_px: int, height_px: int) -> Bounds:
        """The part of a frame of this size that the square touches, at least one pixel of it."""
        reach = math.hypot(self.side_px, self.side_px) / 2 if self.turn_rad else self.side_px / 2
        left, right = np.clip((self.x_px - reach, self.x_px + reach), 0, width_px)
        top, bottom = np.clip((self.y_px - reach, self.y_px + reach), 0, height_px)
        left_px, top_px = min(int(left), width_px - 1), min(int(top), height_px - 1)
        return (
            left_px,
            top_px,
            max(left_px + 1, math.ceil(right)),
            max(top_px + 1, math.ceil(bottom)),
        )

    def plane_in(self, plane: Floats, bounds: Bounds) -> Floats:
        """`plane`, float32 [size, size, ...], laid on the part `bounds` of a frame; 0 beyond it."""
        left, top, right, bottom = bounds
        matrix = self.to_frame(plane.shape[0]) - np.array([[0, 0, left], [0, 0, top]], np.float32)
        return np.asarray(cv2.warpAffine(plane, matrix, (right - left, bottom - top)), np.float32)

    def plane_in_frame(self, plane: Floats, width_px: int, height_px: int) -> Floats:
        """`plane`, float32 [size, size], laid on a frame, float32 [height_px, width_px]."""
        in_frame = np.zeros((height_px, width_px), np.float32)
        left, top, right, bottom = bounds = self.bounds(width_px, height_px)
        in_frame[top:bottom, left:right] = self.plane_in(plane, bounds)
        return in_frame


def crop_around(
    person: DetectedPerson, turn_rad: float | None = None, height_px: int | None = None
) -> SquareCrop:
    """The square for `person`, with the head up where the person lies or stands on the head.

    Args:
        person: of whom the box and, for the turn, shoulders and hips are used.
        turn_rad: the turn to use where these are not known, 0 if None.
        height_px: of the frame, for room below it for legs that it cuts off; None for no such room.
    """
    box = person.box
    roll = roll_of(person)
    turn = roll if roll is not None else turn_rad or 0.0
    if abs(turn) < math.radians(UPRIGHT_DEG):
        turn = 0.0
        box = box if height_px is None else _with_legs(person, height_px)
    return SquareCrop(*box.centre, max(box.width, box.height) * ROOM, turn)


def _with_legs(person: DetectedPerson, height_px: int) -> BBox:
    """The box as it would be if the lower edge of the frame did not cut it off.

    Body networks press the whole body into what they are shown if there is no room for the rest.
    """
    box = person.box
    if box.bottom < height_px * (1 - TUNING.lower_edge):
        return box
    for joint, share in _HEIGHTS:
        joints = [KEYPOINT[f"{side}_{joint}"] for side in ("left", "right")]
        rows = person.keypoints[joints][person.sure[joints], 1]
        if len(rows):
            bottom = box.top + share * (float(rows.max()) - box.top)
            return BBox(box.left, box.top, box.right, max(box.bottom, bottom))
    return box


def roll_of(person: DetectedPerson) -> float | None:
    """How far the torso leans clockwise from upright, -pi..pi; None where that is not known."""
    joints = [KEYPOINT[name] for name in SHOULDERS_AND_HIPS]
    if not person.sure[joints].all():
        return None
    shoulders = person.keypoints[joints[:2], :2].mean(axis=0)
    hips = person.keypoints[joints[2:], :2].mean(axis=0)
    x, y = shoulders - hips
    return math.atan2(float(x), float(-y))


def _reduced(pixels: Pixels, crop: SquareCrop, factor: int) -> tuple[Pixels, tuple[int, int, int]]:
    """The part of the frame that the crop touches, `factor` times smaller, and where it begins.

    A person much larger than the crop picture is averaged first, or fine patterns would alias.
    """
    if factor < 2:
        return pixels, (0, 0, 1)
    left, top, right, bottom = crop.bounds(pixels.shape[1], pixels.shape[0])
    cut = pixels[top:bottom, left:right]
    down, across = (-side % factor for side in cut.shape[:2])
    padded = cv2.copyMakeBorder(cut, 0, down, 0, across, cv2.BORDER_REPLICATE)
    size = (padded.shape[1] // factor, padded.shape[0] // factor)
    smaller = cv2.resize(padded, size, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, np.uint8), (left, top, factor)
