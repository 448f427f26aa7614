"""What a printed frame time, or a rate that a user gives, means."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.motions.frame_rate import parse_rate, rate_of_frame_time
from tests.runtime.body.arms import few

NTSC = Fraction(1000, 1001)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("0.033", 30), ("0.0333", 30), ("0.033333", 30), ("0.0167", 60), ("0.017", 60),
        ("0.0083", 120), (".0083333", 120), ("0.042", 24), ("0.008", 125), ("0.04", 25),
        ("0.040", 25), ("0.01", 100), ("1e-2", 100), ("0.05", 20), ("0.001", 1000), ("1", 1),
        ("0.0417083", 24 * NTSC), ("0.033367", 30 * NTSC), ("0.0166833", 60 * NTSC),
        ("0.01668", 60 * NTSC), ("0.03337", 30 * NTSC), ("0.041708", 24 * NTSC),
    ],
)  # fmt: skip
def test_a_frame_time_means_the_rate_that_prints_so(text: str, rate: Fraction) -> None:
    assert rate_of_frame_time(text) == rate


@few
@given(st.sampled_from([24, 25, 30, 48, 50, 60, 72, 90, 100, 120, 240]), st.integers(4, 9))
def test_a_usual_rate_survives_being_printed(rate: int, digits: int) -> None:
    assert rate_of_frame_time(str(round(Decimal(1) / rate, digits))) == rate


@few
@given(st.floats(0.001, 1))
def test_the_rate_is_never_far_from_the_frame_time(seconds: float) -> None:
    assert float(rate_of_frame_time(f"{seconds:.9f}")) * seconds == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("30", 30), ("59.94", 60 * NTSC), ("30000/1001", 30 * NTSC), ("23.976", 24 * NTSC),
     ("12.5", Fraction(25, 2))],
)  # fmt: skip
def test_a_rate_is_read(text: str, rate: Fraction) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["0", "-1", "1001", "fast", "1/0", "nan"])
def test_what_is_no_rate_is_a_sentence(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="no number of frames a second"):
        parse_rate(text)
