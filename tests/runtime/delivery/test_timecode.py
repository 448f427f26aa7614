"""Timecodes, against counting by hand and by FFmpeg's rules of drop-frame."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.delivery.timecode import timecode_from
from mimo_runtime.errors import InvalidRequestError

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("typed", "rate_fps", "frames", "expected"),
    [
        ("01:00:00:00", Fraction(24), 24 * 61 + 5, "01:01:01:05"),
        ("00:00:59;29", NTSC, 1, "00:01:00;02"),
        ("00:09:59;29", NTSC, 1, "00:10:00;00"),
        ("00:00:00;00", NTSC, 17982, "00:10:00;00"),
        ("00:00:59;59", Fraction(60000, 1001), 1, "00:01:00;04"),
        ("23:59:59:24", Fraction(25), 1, "00:00:00:00"),
        ("00:00:00:00", Fraction(24000, 1001), 24, "00:00:01:00"),
    ],
)
def test_the_frame_after(typed: str, rate_fps: Fraction, frames: int, expected: str) -> None:
    assert str(timecode_from(typed, rate_fps).after(frames)) == expected


@given(st.integers(0, 3_000_000), st.booleans())
def test_counting_one_by_one_or_at_once_is_the_same(frames: int, drops: bool) -> None:
    start = timecode_from("00:00:00;00" if drops else "00:00:00:00", NTSC)
    counted = start.after(frames)
    assert str(counted.after(1)) == str(start.after(frames + 1))
    assert str(timecode_from(str(counted), NTSC)) == str(counted)
    assert counted.after(-frames) == start


@pytest.mark.parametrize(
    ("typed", "rate_fps", "sentence"),
    [
        ("1:2:3", Fraction(24), "is no timecode; give HH:MM:SS:FF"),
        ("00:00:00:24", Fraction(24), "is no timecode at 24 frames a second; give another"),
        ("00:61:00:00", Fraction(24), "is no timecode at 24"),
        ("00:01:00;00", NTSC, "is no timecode at 29.97"),
        ("00:00:00;00", Fraction(25), "drops numbers, as at 29.97 and 59.94 frames a second"),
    ],
)
def test_what_is_none_is_a_sentence(typed: str, rate_fps: Fraction, sentence: str) -> None:
    with pytest.raises(InvalidRequestError, match=sentence):
        timecode_from(typed, rate_fps)
