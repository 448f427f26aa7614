"""The mark in luma: found after H.264, not where there is none, and seen by nobody."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.provenance.mark import STRENGTH, LumaMark, MarkReader, read_key
from mimo_runtime.provenance.verification import mark_of
from tests.runtime.provenance.people import filmed, recompressed, written

KEY, OTHER = b"k" * 32, b"o" * 32
PAYLOAD = 0xDEADBEEF


@pytest.mark.parametrize("crf", [18, 23])
def test_it_survives_h264(tmp_path: Path, crf: int) -> None:
    frames = filmed()
    mark = LumaMark(KEY, PAYLOAD, 288, 288)
    video = written(tmp_path / "marked.mp4", [mark.add(frame) for frame in frames])
    found = mark_of(recompressed(video, crf), KEY)
    assert (found.payload, found.is_sure) == (PAYLOAD, True)


def test_there_is_none_where_none_was_made(tmp_path: Path) -> None:
    frames = filmed()
    bare = written(tmp_path / "bare.mp4", frames)
    assert not mark_of(bare, KEY).is_sure
    mark = LumaMark(OTHER, PAYLOAD, 288, 288)
    others = written(tmp_path / "others.mp4", [mark.add(frame) for frame in frames])
    assert not mark_of(others, KEY).is_sure
    assert mark_of(others, OTHER).is_sure


def test_it_moves_no_pixel_by_more_than_its_strength() -> None:
    frame = filmed(1)[0]
    marked = LumaMark(KEY, PAYLOAD, 288, 288).add(frame)
    difference = marked.astype(int) - frame
    assert np.abs(difference).max() == STRENGTH
    grey = (frame > STRENGTH).all(2) & (frame < 255 - STRENGTH).all(2)
    assert (difference[grey] == difference[grey][:, :1]).all()  # in luma alone
    assert 10 * np.log10(255**2 / np.mean(difference**2)) > 42


@given(
    payload=st.integers(0, 2**32 - 1),
    width_px=st.integers(120, 300),
    height_px=st.integers(97, 200),
)
@settings(max_examples=20)
def test_any_payload_in_any_size(payload: int, width_px: int, height_px: int) -> None:
    flat = np.full((height_px, width_px, 3), 127, np.uint8)
    marked = LumaMark(KEY, payload, width_px, height_px).add(flat)
    reader = MarkReader(KEY, width_px, height_px)
    reader.take(marked[..., 0])
    assert (reader.finding().payload, reader.finding().is_sure) == (payload, True)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=50)
def test_noise_has_no_mark(seed: int) -> None:
    reader = MarkReader(KEY, 256, 192)
    reader.take(np.random.default_rng(seed).integers(0, 256, (192, 256), np.uint8))
    assert not reader.finding().is_sure


def test_keys_and_files_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("short\n")
    with pytest.raises(InvalidRequestError, match="has 5 bytes"):
        read_key(tmp_path / "key")
    with pytest.raises(MediaError, match="Cannot read"):
        read_key(tmp_path / "none")
    with pytest.raises(MediaError, match="cannot be read"):
        mark_of(tmp_path / "key", KEY)
