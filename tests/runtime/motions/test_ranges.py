"""Sizes and parts, from text."""

import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.motions.ranges import parse_frames, parse_size


@pytest.mark.parametrize(("text", "size"), [("512x512", (512, 512)), (" 640X360 ", (640, 360))])
def test_a_size_is_width_and_height(text: str, size: tuple[int, int]) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "512", "0x0", "512x", "15x512", "5000x512", "-1x5", "٣٢x٣٢"])
def test_another_size_is_a_sentence(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="WIDTHxHEIGHT with sides of 16 to 4096 px"):
        parse_size(text)


@pytest.mark.parametrize(
    ("frames", "seconds", "part"),
    [
        (None, None, slice(0, 100)),
        ("0-8", None, slice(0, 8)),
        ("90-400", None, slice(90, 100)),
        (None, "1-2", slice(30, 60)),
        (None, "0.51 - 1.02", slice(15, 31)),
    ],
)
def test_a_part_is_cut_out(frames: str | None, seconds: str | None, part: slice) -> None:
    assert parse_frames(frames, seconds, 30, 100) == part


@pytest.mark.parametrize(
    ("frames", "seconds", "words"),
    [
        ("1-2", "1-2", "say the same"),
        ("5", None, "'5' is no range"),
        ("a-b", None, "no range"),
        ("-1-5", None, "no range"),
        ("5-5", None, "leaves none of the motion's 100 frames"),
        ("100-200", None, "leaves none"),
        (None, "9-12", r"leaves none .*3\.33 s"),
    ],
)
def test_another_part_is_a_sentence(frames: str | None, seconds: str | None, words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        parse_frames(frames, seconds, 30, 100)
