"""Gaps, covers, arrays."""

from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.decomposition.arrays import read_arrays, write_arrays
from mimo_runtime.decomposition.covering import covering
from mimo_runtime.decomposition.postures import without_long_gaps


def test_short_gaps_are_closed_and_long_ones_stay() -> None:
    known = np.array([0, 1, 0, 0, 1, 0, 0, 0, 1, 0], np.bool_)
    closed = without_long_gaps(known, 2)
    assert closed.tolist() == [bool(int(c)) for c in "0111100010"]
    assert not without_long_gaps(np.zeros(3, np.bool_), 2).any()


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
