"""Looking again where somebody was a moment ago."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mimo_runtime.analysis.estimators import open_estimators
from mimo_runtime.analysis.person import DetectedPerson
from mimo_runtime.analysis.pose_estimate import PoseEstimator
from mimo_runtime.analysis.redetection import redetect
from mimo_runtime.analysis.square_crop import roll_of
from tests.runtime.analysis.people import standing
from tests.runtime.analysis.rendered import character, street

EXPECTED = standing(172, 215, 300)


@pytest.fixture(scope="module")
def bodies() -> PoseEstimator:
    return open_estimators().bodies


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return character(street(480, 640), 60, 60).pixels


def test_it_finds_who_is_there_and_nobody_else(bodies: PoseEstimator, pixels: np.ndarray) -> None:
    (found,) = redetect(pixels, bodies, EXPECTED, 0.1)
    assert abs(found.box.centre[0] - 172) < 12
    assert found.colours.sum() == pytest.approx(1)
    assert list(redetect(street(480, 640), bodies, EXPECTED, 0.1)) == []
    assert list(redetect(pixels, bodies, standing(-60, 215, 300), 0.1)) == []


@pytest.mark.parametrize(("before_deg", "now_deg"), [(0, 60), (60, 120), (-60, -120)])
def test_who_turns_over_is_found_if_seen_just_before(
    bodies: PoseEstimator, pixels: np.ndarray, before_deg: int, now_deg: int
) -> None:
    found = next(redetect(turned(pixels, now_deg), bodies, leaning(before_deg), 0.1))
    assert roll_deg(found) == pytest.approx(now_deg, abs=40)


def test_who_was_not_seen_for_long_is_not_looked_for_in_turned_squares(
    bodies: PoseEstimator, pixels: np.ndarray
) -> None:
    assert list(redetect(turned(pixels, 60), bodies, EXPECTED, 1.0)) == []


def test_nobody_is_on_the_head_a_moment_after_standing(
    bodies: PoseEstimator, pixels: np.ndarray
) -> None:
    for found in redetect(turned(pixels, 120), bodies, EXPECTED, 0.1):
        assert abs(roll_deg(found)) <= 60


def turned(pixels: np.ndarray, turn_deg: int) -> np.ndarray:
    """The picture turned clockwise around the person."""
    matrix = cv2.getRotationMatrix2D(EXPECTED.box.centre, -turn_deg, 1)
    size = (pixels.shape[1], pixels.shape[0])
    return np.asarray(cv2.warpAffine(pixels, matrix, size, borderMode=cv2.BORDER_REFLECT))


def leaning(turn_deg: int) -> DetectedPerson:
    """`EXPECTED` with keypoints turned clockwise."""
    matrix = cv2.getRotationMatrix2D(EXPECTED.box.centre, -turn_deg, 1)
    places = EXPECTED.keypoints[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    keypoints = np.column_stack([places, EXPECTED.keypoints[:, 2]]).astype(np.float32)
    return replace(EXPECTED, keypoints=keypoints)


def roll_deg(person: DetectedPerson) -> float:
    roll_rad = roll_of(person)
    assert roll_rad is not None
    return math.degrees(roll_rad)
