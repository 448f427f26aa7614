"""Crops that can be turned, and the way back."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.analysis.square_crop import SquareCrop, crop_around, roll_of
from tests.runtime.analysis.examples import few
from tests.runtime.analysis.people import standing


def spots(width: int, height: int, places: list[tuple[int, int]], radius: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width] + 0.5
    frame = np.zeros((height, width, 3), np.uint8)
    for left, top in places:
        frame[(x - left) ** 2 + (y - top) ** 2 < radius**2] = 255
    return frame


@pytest.mark.parametrize("turn_deg", [0, 30, 90, 180, -120])
@pytest.mark.parametrize("side_px", [90, 256, 700])
def test_a_spot_of_the_frame_is_where_the_map_says(turn_deg: float, side_px: float) -> None:
    frame = spots(600, 500, [(320, 260)], max(4, int(side_px / 25)))
    crop = SquareCrop(305, 250, side_px, math.radians(turn_deg))
    picture = crop.picture(frame, 256)[..., 0].astype(float)
    y, x = np.mgrid[:256, :256] + 0.5
    middle = np.array([[(picture * x).sum(), (picture * y).sum()]]) / picture.sum()
    found = crop.points_in_frame(middle, 256)[0]
    np.testing.assert_allclose(found, (320, 260), atol=0.02 * side_px / 10 + 0.3)


@few
@given(st.floats(-50, 350), st.floats(-50, 250), st.floats(20, 400), st.floats(-math.pi, math.pi))
def test_a_plane_laid_back_is_the_plane(x: float, y: float, side: float, turn: float) -> None:
    """Only what lies inside of the bounds is looked at, and nothing is cut off by them."""
    crop = SquareCrop(x, y, side, turn)
    plane = np.ones((32, 32), np.float32)
    laid = crop.plane_in_frame(plane, 300, 200)
    rows, columns = np.mgrid[:200, :300] + 0.5
    along = (columns - x) * math.cos(turn) + (rows - y) * math.sin(turn)
    across = -(columns - x) * math.sin(turn) + (rows - y) * math.cos(turn)
    depth = side / 2 - np.maximum(np.abs(along), np.abs(across))
    assert (laid[depth > side / 32 + 1] > 0.99).all()
    assert (laid[depth < -side / 32 - 1] < 0.01).all()


def test_beyond_the_frame_is_black_and_known() -> None:
    crop = SquareCrop(0, 50, 60, 0.0)
    picture = crop.picture(np.full((100, 100, 3), 200, np.uint8), 64)
    inside = crop.inside(100, 100, 64)
    assert not picture[:, :31].any()
    assert (picture[:, 33:] == 200).all()
    np.testing.assert_array_equal(inside[:, [5, 40]], [[0, 1]] * 64)


def test_a_crop_wholly_beside_the_frame_is_black() -> None:
    for place in (-500, 900):
        crop = SquareCrop(place, 50, 700, 0.0)
        assert crop.picture(np.full((100, 100, 3), 9, np.uint8), 64).shape == (64, 64, 3)
        assert crop.plane_in_frame(np.ones((8, 8), np.float32), 100, 100).shape == (100, 100)


def test_who_stands_is_not_turned_and_who_lies_is() -> None:
    person = standing(100)
    assert roll_of(person) == pytest.approx(0, abs=0.05)
    assert crop_around(person).turn_rad == 0
    x, y = person.keypoints[:, 0].copy(), person.keypoints[:, 1].copy()
    person.keypoints[:, 0], person.keypoints[:, 1] = -y, x
    assert crop_around(person).turn_rad == pytest.approx(math.pi / 2, abs=0.05)


def test_a_lean_that_is_not_seen_is_that_of_the_frame_before() -> None:
    person = standing(100)
    person.keypoints[[11, 12], 2] = 0
    assert roll_of(person) is None
    assert crop_around(person).turn_rad == 0
    assert crop_around(person, 2.0).turn_rad == 2.0


def test_who_is_cut_off_by_the_lower_edge_gets_room_for_the_legs() -> None:
    person = standing(100)
    box, height_px = person.box, math.ceil(person.box.bottom)
    whole = crop_around(person)
    assert crop_around(person, None, height_px) == whole
    assert crop_around(person, None, 2 * height_px) == whole
    waist = int((box.top + box.bottom) / 2)
    keypoints = person.keypoints.copy()
    keypoints[13:, 2] = 0
    half = replace(person, box=replace(box, bottom=waist), keypoints=keypoints)
    roomy = crop_around(half, None, waist)
    assert roomy.side_px == pytest.approx(whole.side_px, rel=0.2)
    assert roomy.y_px == pytest.approx(whole.y_px, abs=0.1 * box.height)
    assert crop_around(half, None, 2 * waist).side_px < 0.6 * whole.side_px
