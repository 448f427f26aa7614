"""A pickle brings arrays, and never runs anything."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.untrusted.safe_pickle import RefusedName, load_arrays
from tests.runtime.body.arms import few

ARRAYS = {"a": np.arange(6.0).reshape(2, 3), "b": np.array(["x"]), "n": [1, "two", None]}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_come_back(protocol: int) -> None:
    back = load_arrays(pickle.dumps(ARRAYS, protocol))
    np.testing.assert_array_equal(back["a"], ARRAYS["a"])
    assert back["n"] == ARRAYS["n"]
    assert load_arrays(pickle.dumps(np.float32(2.5), protocol)) == 2.5


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.path),)


def test_a_call_is_refused_and_not_made(tmp_path: Path) -> None:
    data = pickle.dumps({"v_template": Touch(tmp_path / "made")})
    with pytest.raises(RefusedName, match=r"posix\.mkdir|nt\.mkdir"):
        load_arrays(data)
    assert not (tmp_path / "made").exists()


def test_a_call_inside_an_array_of_objects_is_refused_too(tmp_path: Path) -> None:
    data = pickle.dumps(np.array([Touch(tmp_path / "made")], dtype=object))
    with pytest.raises(RefusedName):
        load_arrays(data)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "data",
    [
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"ccopy_reg\n_reconstructor\n(cnumpy\nndarray\nc__builtin__\nobject\nNtR.",
        b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x03\x00\x00\x00zlitR.",
    ],
)
def test_ways_round_are_refused(data: bytes) -> None:
    with pytest.raises(pickle.UnpicklingError):
        load_arrays(data)


@pytest.mark.filterwarnings("ignore::Warning")
@few
@given(st.integers(0, 200), st.integers(0, 255))
def test_damage_is_one_kind_of_error(place: int, byte: int) -> None:
    data = bytearray(pickle.dumps({"a": np.arange(5)}, 2))
    data[place % len(data)] = byte
    try:
        load_arrays(bytes(data))
    except pickle.UnpicklingError as error:
        assert str(error)  # noqa: PT017
