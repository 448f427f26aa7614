"""Bodies of two who are close, with the networks that ship."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.analysis.estimators import Estimators, open_estimators
from mimo_runtime.analysis.pose_association import associate_poses
from mimo_runtime.analysis.tracker import Tracked
from tests.runtime.analysis.people import standing
from tests.runtime.analysis.rendered import character, street


@pytest.fixture(scope="module")
def estimators() -> Estimators:
    return open_estimators()


@pytest.fixture(scope="module")
def pair() -> np.ndarray:
    behind = character(street(360, 640), 200, 40, scale=0.9).pixels
    return character(behind, 320, 20).pixels


def test_each_gets_the_own_body_whatever_the_order(
    estimators: Estimators, pair: np.ndarray
) -> None:
    found = sorted(estimators.people.find(pair), key=lambda one: one.box.left)
    people = [Tracked(number, one) for number, one in enumerate(found, 1)]
    left, right = associate_poses(pair, people, estimators.bodies, [None, None])
    assert left is not None
    assert right is not None
    assert left.points[0, 0] < right.points[0, 0] - 50
    turned = associate_poses(pair, people[::-1], estimators.bodies, [None, None])
    assert turned[1] is not None
    np.testing.assert_allclose(turned[1].points, left.points, atol=1e-3)


def test_who_is_guessed_where_somebody_else_is_gets_no_body(estimators: Estimators) -> None:
    pixels = character(street(360, 640), 260, 20).pixels
    (person,) = estimators.people.find(pixels)
    ghost = replace(person, box=person.box.moved(8, 0))
    people = [Tracked(1, ghost, recovered=True, interpolated=True), Tracked(2, person)]
    hidden, shown = associate_poses(pixels, people, estimators.bodies, [None, None])
    assert hidden is None
    assert shown is not None


def test_who_is_guessed_is_found_if_really_there_and_only_then(estimators: Estimators) -> None:
    pixels = character(street(360, 640), 260, 20).pixels
    (person,) = estimators.people.find(pixels)
    (found,) = associate_poses(pixels, [Tracked(1, person, True, True)], estimators.bodies, [None])
    assert found is not None
    elsewhere = Tracked(1, standing(80, 180, 250), recovered=True, interpolated=True)
    assert associate_poses(pixels, [elsewhere], estimators.bodies, [None]) == (None,)


def test_one_who_was_seen_alone_is_not_doubted(estimators: Estimators) -> None:
    empty = street(360, 640)
    (body,) = associate_poses(
        empty, [Tracked(1, standing(320, 180, 250))], estimators.bodies, [None]
    )
    assert body is not None
