"""Rates from the gaps between frames."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.media.frame_rate import STANDARD_FPS, is_steady, rate_of, ratio_of

rates = st.sampled_from(STANDARD_FPS)


@settings(max_examples=100)
@given(rates, st.integers(2, 400), st.sampled_from([1e-6, 1 / 90_000, 1e-3]), st.floats(0, 100))
def test_even_frames_have_their_rate_whatever_the_last_one_does_to_the_average(
    rate: Fraction, count: int, grain_s: float, begins_s: float
) -> None:
    times_s = [round((begins_s + k / float(rate)) / grain_s) * grain_s for k in range(count)]
    average = Fraction(count / (count / float(rate) + 3)).limit_denominator(1000)
    found = rate_of(times_s, [average, rate])
    assert is_steady(times_s)
    assert found == rate


def test_a_second_of_matroska_tells_ntsc_from_whole_rates() -> None:
    for rate in (24, 30, 60):
        for true in (Fraction(rate), rate * Fraction(1000, 1001)):
            times_s = [round(k / float(true), 3) for k in range(10 * rate)]
            assert rate_of(times_s, [Fraction(7)]) == true


def test_a_rate_that_was_rounded_by_the_writer_is_a_ratio_again() -> None:
    """19001/317 is what Matroska's nanoseconds make of 59.94; this clip is too short to tell."""
    times_s = [round(k * 1001 / 60_000, 3) for k in range(36)]
    assert rate_of(times_s, [Fraction(19001, 317)]) == Fraction(60_000, 1001)


def test_uneven_frames_have_the_rate_of_the_usual_gap() -> None:
    times_s = [0, 0.0333, 0.0667, 0.2, 0.2333, 0.2667, 0.3]
    assert rate_of(times_s, [Fraction(23)]) == 30
    assert rate_of([0, 1, 2, 3, 10], [Fraction(1, 3)]) == 1


@pytest.mark.parametrize("fields", [(3, 2), (2, 3), (2, 3, 3, 2), (3, 2, 2, 3)])
@pytest.mark.parametrize("count", [9, 36, 500])
def test_a_film_that_is_shown_as_fields_has_its_own_rate(
    fields: tuple[int, ...], count: int
) -> None:
    lengths = [fields[k % len(fields)] for k in range(count)]
    times_s = [sum(lengths[:k]) * 1001 / 60_000 for k in range(count)]
    assert is_steady(times_s)
    assert rate_of(times_s, [Fraction(30_000, 1001)]) == Fraction(24_000, 1001)


@pytest.mark.parametrize("lost", [7, 20])
def test_a_frame_that_is_missing_is_no_pulldown(lost: int) -> None:
    assert not is_steady([k / 30 for k in range(40) if k != lost])


def test_a_rate_that_is_no_standard_is_kept() -> None:
    assert rate_of([k / 14.5 for k in range(300)], [Fraction(3)]) == Fraction(29, 2)


def test_one_frame_has_the_rate_that_is_stated() -> None:
    assert rate_of([2.0], [Fraction(24)]) == 24


@pytest.mark.parametrize(
    ("number", "ratio"),
    [
        (30, 30), (29.97, Fraction(30000, 1001)), (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)), (59.94, Fraction(60000, 1001)), (12.5, Fraction(25, 2)),
        (29.5, Fraction(59, 2)),
    ],
)  # fmt: skip
def test_what_a_decimal_means(number: float, ratio: Fraction) -> None:
    assert ratio_of(number) == ratio
