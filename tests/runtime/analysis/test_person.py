"""One person found twice is one."""

from dataclasses import replace

import numpy as np

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.person import distinct, keypoint_distance
from tests.runtime.analysis.people import standing


def test_the_same_place_is_the_same_person() -> None:
    one, again = standing(100), replace(standing(102), score=0.3)
    (only,) = distinct([again, one])
    assert only.score == one.score
    assert only.box == one.box.joined(again.box)


def test_two_side_by_side_stay_two() -> None:
    assert len(distinct([standing(100), standing(125)])) == 2


def test_of_one_found_twice_every_keypoint_is_the_surer_one() -> None:
    one, again = standing(100), standing(101)
    one.keypoints[3] = (0, 0, 0.1)
    (only,) = distinct([one, again])
    np.testing.assert_array_equal(only.keypoints[3], again.keypoints[3])


def test_without_keypoints_boxes_decide() -> None:
    one, again, other = (standing(x) for x in (100, 101, 120))
    for person in (one, again, other):
        person.keypoints[:, 2] = 0
    assert keypoint_distance(one, again) is None
    assert len(distinct([one, again, other])) == 2


def test_the_torso_needs_three_of_four() -> None:
    person = standing(100)
    assert person.torso() is not None
    person.keypoints[[5, 6], 2] = 0
    assert person.torso() is None
    assert isinstance(standing(100).torso(), BBox)
