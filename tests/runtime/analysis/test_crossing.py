"""Bodies of two who are close, with the networks that ship."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.analysis.crossing import bodies_of
from mimo_runtime.analysis.finders import Finders, open_finders
from mimo_runtime.analysis.tracker import Tracked
from tests.runtime.analysis.people import standing
from tests.runtime.analysis.rendered import character, street


@pytest.fixture(scope="module")
def finders() -> Finders:
    return open_finders()


@pytest.fixture(scope="module")
def pair() -> np.ndarray:
    behind = character(street(360, 640), 200, 40, scale=0.9).pixels
    return character(behind, 320, 20).pixels


def test_each_gets_the_own_body_whatever_the_order(finders: Finders, pair: np.ndarray) -> None:
    found = sorted(finders.people.find(pair), key=lambda one: one.box.left)
    people = [Tracked(number, one) for number, one in enumerate(found, 1)]
    left, right = bodies_of(pair, people, finders.bodies, [None, None])
    assert left is not None
    assert right is not None
    assert left.points[0, 0] < right.points[0, 0] - 50
    turned = bodies_of(pair, people[::-1], finders.bodies, [None, None])
    assert turned[1] is not None
    np.testing.assert_allclose(turned[1].points, left.points, atol=1e-3)


def test_who_is_guessed_where_somebody_else_is_gets_no_body(finders: Finders) -> None:
    pixels = character(street(360, 640), 260, 20).pixels
    (person,) = finders.people.find(pixels)
    ghost = replace(person, box=person.box.moved(8, 0))
    people = [Tracked(1, ghost, held=True, guessed=True), Tracked(2, person)]
    hidden, shown = bodies_of(pixels, people, finders.bodies, [None, None])
    assert hidden is None
    assert shown is not None


def test_who_is_guessed_is_found_if_really_there_and_only_then(finders: Finders) -> None:
    pixels = character(street(360, 640), 260, 20).pixels
    (person,) = finders.people.find(pixels)
    (found,) = bodies_of(pixels, [Tracked(1, person, True, True)], finders.bodies, [None])
    assert found is not None
    elsewhere = Tracked(1, standing(80, 180, 250), held=True, guessed=True)
    assert bodies_of(pixels, [elsewhere], finders.bodies, [None]) == (None,)


def test_one_who_was_seen_alone_is_not_doubted(finders: Finders) -> None:
    empty = street(360, 640)
    (body,) = bodies_of(empty, [Tracked(1, standing(320, 180, 250))], finders.bodies, [None])
    assert body is not None
