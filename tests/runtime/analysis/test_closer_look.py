"""Looking again where somebody was a moment ago."""

import math

import cv2
import numpy as np
import pytest

from mimo_runtime.analysis.body_landmarks import BodyFinder
from mimo_runtime.analysis.closer_look import look_closer
from mimo_runtime.analysis.finders import open_finders
from mimo_runtime.analysis.square_crop import lean_of
from tests.runtime.analysis.people import standing
from tests.runtime.analysis.rendered import character, street

EXPECTED = standing(172, 215, 300)


@pytest.fixture(scope="module")
def bodies() -> BodyFinder:
    return open_finders().bodies


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return character(street(480, 640), 60, 60).pixels


def test_it_finds_who_is_there_and_nobody_else(bodies: BodyFinder, pixels: np.ndarray) -> None:
    (found,) = look_closer(pixels, bodies, EXPECTED, 0.1)
    assert abs(found.box.centre[0] - 172) < 12
    assert found.colours.sum() == pytest.approx(1)
    assert list(look_closer(street(480, 640), bodies, EXPECTED, 0.1)) == []
    assert list(look_closer(pixels, bodies, standing(-60, 215, 300), 0.1)) == []


@pytest.mark.parametrize("turned_deg", [60, 120, -120])
def test_who_turns_over_is_found_if_seen_just_before(
    bodies: BodyFinder, pixels: np.ndarray, turned_deg: int
) -> None:
    matrix = cv2.getRotationMatrix2D(EXPECTED.box.centre, -turned_deg, 1)
    there = np.asarray(cv2.warpAffine(pixels, matrix, (640, 480), borderMode=cv2.BORDER_REFLECT))
    lean_rad = lean_of(next(look_closer(there, bodies, EXPECTED, 0.1)))
    assert lean_rad is not None
    assert abs(math.degrees(lean_rad) - turned_deg) < 25
    assert list(look_closer(there, bodies, EXPECTED, 1.0)) == []
