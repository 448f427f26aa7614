import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.layers.masks import (
    connected_components,
    core_of,
    dilate,
    erode,
    feather,
    foot_zone,
    opening,
)
from tests.runtime.layers.synthetic import person_at

DOT = np.zeros((41, 41), bool)
DOT[20, 20] = True


@pytest.mark.parametrize("reach", [1, 5, 6, 7, 15])
def test_growing_reaches_as_far_as_said(reach: int) -> None:
    rows, columns = np.nonzero(dilate(DOT, reach))

    away = np.hypot(rows - 20, columns - 20)
    assert abs(away.max() - reach) < 0.8
    assert len(away) == pytest.approx(np.pi * (reach + 0.3) ** 2, rel=0.25)


@settings(max_examples=15)
@given(st.integers(0, 2**31), st.integers(0, 9))
def test_areas_hold_each_other(seed: int, reach: int) -> None:
    area = np.random.default_rng(seed).random((30, 34)) < 0.3
    soft = feather(area, reach)

    assert not (erode(area, reach) & ~area).any()
    assert not (opening(area, reach) & ~area).any()
    assert not (area & ~dilate(area, reach)).any()
    assert (soft[area] == 1).all()
    assert ((soft > 0) <= dilate(area, reach + 2)).all()


def test_pieces_are_the_whole_without_specks() -> None:
    area = np.zeros((20, 20), bool)
    area[1:4, 1:4] = area[10:18, 10:18] = area[0, 19] = True

    found = connected_components(area, 2)

    assert [int(piece.sum()) for piece in found] == [64, 9]


def test_the_foot_zone_lies_around_the_feet() -> None:
    person, _ = person_at(90, 118, 0)

    rows, columns = np.nonzero(foot_zone(person))

    assert abs(columns.mean() - 90) < 4
    assert 105 < rows.min() < 118 < rows.max() < 135
    assert not foot_zone(np.zeros((9, 9), bool)).any()


def test_the_core_keeps_the_middle_of_what_is_narrow() -> None:
    area = np.zeros((60, 90), bool)
    area[10:50, 10:40] = True
    area[28:34, 40:80] = True

    core = core_of(area, 5)

    assert (core & ~area).sum() == 0
    assert not core[:15].any()
    assert not core[:, :15].any()
    assert core[20:40, 20:30].all()
    assert core[30:32, 60:70].all()
    assert not core[[28, 33], 60:70].any()
