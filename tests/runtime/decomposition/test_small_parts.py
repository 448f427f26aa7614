"""Gaps, silhouettes, covers, arrays."""

from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.decomposition.arrays import read_arrays, write_arrays
from mimo_runtime.decomposition.covering import covering
from mimo_runtime.decomposition.postures import without_long_gaps
from mimo_runtime.decomposition.sightings import surely_inside


def test_short_gaps_are_closed_and_long_ones_stay() -> None:
    known = np.array([0, 1, 0, 0, 1, 0, 0, 0, 1, 0], np.bool_)
    closed = without_long_gaps(known, 2)
    assert closed.tolist() == [bool(int(c)) for c in "0111100010"]
    assert not without_long_gaps(np.zeros(3, np.bool_), 2).any()


def test_a_silhouette_loses_its_edge_and_thin_limbs() -> None:
    silhouette = np.zeros((120, 80), np.uint8)
    silhouette[10:110, 30:50] = 255
    silhouette[40:44, 50:75] = 255
    inside = surely_inside(silhouette)
    assert inside is not None
    assert inside[60, 40] == 255
    assert not inside[:, 50:].any()
    assert 0 < (silhouette > 0).sum() - (inside > 0).sum() < 800
    assert surely_inside(np.zeros((20, 20), np.uint8)) is None


@pytest.mark.parametrize("size", [(40, 40), (100, 20), (20, 100), (64, 48)])
def test_a_cover_has_the_size_and_the_middle(size: tuple[int, int]) -> None:
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[20:28, 28:36] = 200
    covered = covering(picture, *size)
    assert covered.shape == (size[1], size[0], 3)
    assert (covered[size[1] // 2, size[0] // 2] > 150).all()


def test_arrays_come_back_and_bytes_do_not_depend_on_the_day(tmp_path: Path) -> None:
    arrays = {"one": np.arange(6.0).reshape(2, 3), "two": np.array(["a", "bc"])}
    for name in ("first.npz", "second.npz"):
        write_arrays(tmp_path / name, arrays)
    found = read_arrays(tmp_path / "first.npz")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
