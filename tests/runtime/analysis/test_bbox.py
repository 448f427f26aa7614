"""Rectangles in fractions of pixels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.analysis.bbox import BBox, intersection_over_union
from tests.runtime.analysis.examples import few

SIDES = st.tuples(*[st.floats(-50, 50) for _ in range(2)], *[st.floats(0.1, 60) for _ in range(2)])


def region(sides: tuple[float, float, float, float]) -> BBox:
    left, top, width, height = sides
    return BBox(left, top, left + width, top + height)


@few
@given(SIDES, SIDES)
def test_shared_area_is_symmetric_and_at_most_all(one: tuple, other: tuple) -> None:
    a, b = region(one), region(other)
    share = intersection_over_union(a, b)
    assert 0 <= share <= 1 + 1e-9
    assert share == intersection_over_union(b, a)
    assert abs(intersection_over_union(a, a) - 1) < 1e-9


def test_half_over_half_is_a_third() -> None:
    assert abs(intersection_over_union(BBox(0, 0, 2, 1), BBox(1, 0, 3, 1)) - 1 / 3) < 1e-9


def test_the_part_inside_a_frame() -> None:
    assert BBox(-5, 2, 30, 9).within(20, 8) == BBox(0, 2, 20, 8)
    assert BBox(-5, 2, -1, 9).within(20, 8).area == 0


def test_around_points_and_joined() -> None:
    around = BBox.around(np.array([[3, 4, 0], [1, 9, 0]]))
    assert around == BBox(1, 4, 3, 9)
    assert around.joined(BBox(2, 0, 8, 5)) == BBox(1, 0, 8, 9)
