"""People: decoding what was recorded, and the shipped network on pictures whose truth is known."""

import numpy as np
import pytest

from mimo_runtime.analysis.bbox import BBox, intersection_over_union
from mimo_runtime.analysis.estimators import open_estimators
from mimo_runtime.analysis.joints import KEYPOINT
from mimo_runtime.analysis.letterbox import Letterbox
from mimo_runtime.analysis.person_detector import (
    PersonDetector,
    clothes_colours,
    cut_off,
    decode_people,
)
from mimo_runtime.errors import InvalidRequestError
from tests.runtime.analysis.people import standing
from tests.runtime.analysis.recorded import recorded
from tests.runtime.analysis.rendered import character, street, walking

FIRST, SECOND = BBox(76, 70, 268, 370), BBox(346, 100, 538, 400)


@pytest.fixture(scope="module")
def finder() -> PersonDetector:
    return open_estimators().people


def test_recorded_rows_are_the_two_people_in_frame_px() -> None:
    box = Letterbox.fitting(BBox(0, 0, 640, 480), 256, 256)
    people = decode_people(recorded()["rows"][0], box, 256, 256, threshold=0.2)
    people.sort(key=lambda person: person.box.left)
    for person, truth in zip(people, (FIRST, SECOND), strict=True):
        assert intersection_over_union(person.box, truth) > 0.85
        nose, ankle = (person.keypoints[KEYPOINT[n]] for n in ("nose", "left_ankle"))
        assert abs(nose[0] - truth.centre[0]) < 6
        assert ankle[1] > truth.bottom - 40
        assert person.keypoints[KEYPOINT["left_wrist"], 0] > truth.centre[0]


def test_a_score_below_the_threshold_is_nobody() -> None:
    box = Letterbox.fitting(BBox(0, 0, 640, 480), 256, 256)
    assert decode_people(recorded()["rows"][0], box, 256, 256, threshold=0.99) == []


@pytest.mark.parametrize("azimuth_deg", [25, 90, 160])
def test_a_rendered_body_is_found(finder: PersonDetector, azimuth_deg: float) -> None:
    picture = walking(6, azimuth_deg)
    (person,) = finder.find(picture.pixels)
    rows, columns = np.nonzero(picture.mask > 0.5)
    truth = BBox(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert intersection_over_union(person.box, truth) > 0.7
    assert person.colours.sum() == pytest.approx(1, abs=1e-4)


def test_two_characters_are_found(finder: PersonDetector) -> None:
    picture = character(character(street(480, 640), 60, 60).pixels, 330, 90)
    found = finder.find(picture.pixels)
    assert len(found) == 2
    assert {person.box.left < 300 for person in found} == {True, False}


def test_nobody_is_found_where_nobody_is(finder: PersonDetector) -> None:
    assert finder.find(street(480, 640)) == ()
    assert finder.find(np.zeros((40, 1000, 3), np.uint8)) == ()


def test_tiles_find_somebody_small(finder: PersonDetector) -> None:
    picture = character(street(900, 1600), 1200, 500, scale=0.5)
    tiled = open_estimators(tiles=4).people.find(picture.pixels)
    assert finder.find(picture.pixels) == ()
    assert len(tiled) == 1
    assert intersection_over_union(tiled[0].box, BBox(1208, 505, 1304, 655)) > 0.6


def test_people_whom_a_tile_may_cut_are_left_to_its_neighbours() -> None:
    tile = BBox(300, 0, 640, 480)
    assert cut_off(BBox(302, 50, 350, 200), tile, 640, 480)
    assert not cut_off(BBox(320, 50, 350, 200), tile, 640, 480)
    assert not cut_off(BBox(500, 0, 640, 480), tile, 640, 480)


def test_clothes_tell_people_apart_and_light_does_not_matter_much() -> None:
    frame = street(200, 300)
    frame[60:140, 80:120], frame[60:140, 180:220] = (200, 30, 30), (30, 40, 180)
    red, blue = (clothes_colours(frame, standing(x)) for x in (100, 200))
    again = clothes_colours(frame, standing(103, 98))
    assert np.abs(red - blue).sum() > 1.5
    assert np.abs(red - again).sum() < 0.3


def test_beside_the_frame_there_are_no_clothes() -> None:
    assert clothes_colours(street(200, 300), standing(900)).size == 0


def test_another_number_of_tiles_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="in 3 tiles; there can be 1, 2 or 4"):
        open_estimators(tiles=3)
