"""Arrays of a whole clip in one file."""

from pathlib import Path

import numpy as np

from mimo_runtime.array_file import read_arrays, write_arrays


def test_arrays_come_back_and_bytes_do_not_depend_on_the_day(tmp_path: Path) -> None:
    arrays = {"one": np.arange(6.0).reshape(2, 3), "two": np.array(["a", "bc"])}
    for name in ("first.npz", "second.npz"):
        write_arrays(tmp_path / name, arrays)
    found = read_arrays(tmp_path / "first.npz")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
