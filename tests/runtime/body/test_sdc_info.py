"""The official colours, from a file of the official layout."""

from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.body.sdc_info import read_sdc_colours
from mimo_runtime.errors import MediaError

COLOURS = np.random.default_rng(0).random((9, 3))


@pytest.mark.parametrize(
    "table",
    [COLOURS, COLOURS * 255, np.rint(COLOURS * 255).astype(np.uint8), np.c_[COLOURS, np.ones(9)]],
)
def test_colours_come_as_numbers_up_to_one(tmp_path: Path, table: np.ndarray) -> None:
    np.save(tmp_path / "sdc_info.npy", {"smpl": table, "other": 3}, allow_pickle=True)
    read = read_sdc_colours(tmp_path / "sdc_info.npy", 9)
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, COLOURS, atol=0.002)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"smpl": COLOURS[:4]}, "has 4 colours and the body model 9 vertices"),
        ({"smplx": COLOURS}, "no table of colours named 'smpl'"),
        ({"smpl": COLOURS[:, :2]}, "no table of colours"),
        ({"smpl": "red"}, "no table of colours"),
        (COLOURS, "it holds a plain array"),
        ({"smpl": Path("x")}, "no sdc_info.npy of the official release: pathlib"),
    ],
)
def test_another_content_is_a_sentence(tmp_path: Path, content: object, words: str) -> None:
    np.save(tmp_path / "c.npy", content, allow_pickle=True)
    with pytest.raises(MediaError, match=words):
        read_sdc_colours(tmp_path / "c.npy", 9)


@pytest.mark.parametrize("data", [b"", b"text", b"\x93NUMPY", b"\x93NUMPY\x09\x00"])
def test_another_file_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "c.npy").write_bytes(data)
    with pytest.raises(MediaError, match=r"c\.npy"):
        read_sdc_colours(tmp_path / "c.npy", 9)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="Cannot read the colours"):
        read_sdc_colours(tmp_path / "c.npy", 9)
