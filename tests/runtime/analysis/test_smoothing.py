"""The One-Euro filter and the gaps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.analysis.one_euro import OneEuroFilter, OneEuroSettings
from mimo_runtime.analysis.smoothing import fill_gaps, jitter, smooth
from tests.runtime.analysis.examples import few

SEEDS = st.integers(0, 2**32 - 1)
HEIGHT = 200.0


def times(draw: np.random.Generator, count: int) -> np.ndarray:
    return np.cumsum(draw.uniform(0.01, 0.08, count))


def noisy(seed: int, count: int = 40) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return draw.normal(0, 30, (count, 3, 2)).astype(np.float32), times(draw, count)


def sure(series: np.ndarray) -> np.ndarray:
    return np.ones(series.shape[:2], np.float32)


@few
@given(SEEDS)
def test_nothing_leaves_the_range_of_its_point(seed: int) -> None:
    series, times_s = noisy(seed)
    result = smooth(series, times_s, sure(series), HEIGHT)
    assert (result >= series.min(axis=0) - 1e-3).all()
    assert (result <= series.max(axis=0) + 1e-3).all()


@few
@given(SEEDS)
def test_noise_gets_less(seed: int) -> None:
    series, times_s = noisy(seed)
    assert jitter(smooth(series / 10, times_s, sure(series), HEIGHT), times_s) < 0.5 * jitter(
        series / 10, times_s
    )


@few
@given(SEEDS, st.floats(-500, 500), st.floats(0.1, 10))
def test_place_and_unit_do_not_matter(seed: int, shift: float, scale: float) -> None:
    series, times_s = noisy(seed)
    plain = smooth(series, times_s, sure(series), HEIGHT)
    moved = smooth(
        (series * scale + shift).astype(np.float32), times_s, sure(series), HEIGHT * scale
    )
    np.testing.assert_allclose(moved, plain * scale + shift, atol=0.02 + 1e-3 * scale)


def test_what_stands_still_stays() -> None:
    series = np.full((20, 2, 3), 7.5, np.float32)
    np.testing.assert_allclose(smooth(series, np.arange(20) / 30, sure(series), 1.0), series)


def test_a_steady_movement_is_followed_without_lag() -> None:
    times_s = np.arange(60) / 30
    series = np.tile((300 * times_s)[:, None, None], (1, 1, 2)).astype(np.float32)
    result = smooth(series, times_s, sure(series), HEIGHT)
    assert np.abs(result[15:-15] - series[15:-15]).max() < 0.02 * HEIGHT


def test_a_value_of_no_confidence_is_ignored() -> None:
    series, times_s = noisy(3)
    confidence = sure(series)
    confidence[20, 1] = 0
    spoiled = series.copy()
    spoiled[20, 1] = 1e4
    clean = smooth(series, times_s, confidence, HEIGHT)
    np.testing.assert_array_equal(smooth(spoiled, times_s, confidence, HEIGHT), clean)


def test_fast_movement_is_followed_sooner_than_slow_movement() -> None:
    def first_step(step: float) -> float:
        one_euro = OneEuroFilter(OneEuroSettings())
        one_euro.filter(np.zeros(1), 0.0, np.ones(1))
        return float(one_euro.filter(np.array([step]), 1 / 30, np.ones(1))[0]) / step

    assert first_step(1.0) > 2 * first_step(0.001)


@few
@given(SEEDS)
def test_what_is_known_is_never_changed(seed: int) -> None:
    series, times_s = noisy(seed, 25)
    known = np.random.default_rng(seed).random((25, 3)) < 0.6
    filled, after = fill_gaps(series, known, times_s, longest_s=0.2)
    np.testing.assert_array_equal(filled[known], series[known])
    assert (after | ~known).all()
    assert np.isfinite(filled).all()


def test_short_gaps_are_straight_lines_and_long_ones_are_not_filled() -> None:
    times_s = np.arange(10.0)
    series = np.zeros((10, 1, 1), np.float32)
    series[[0, 1, 4, 9], 0, 0] = [0, 10, 40, 90]
    known = np.isin(np.arange(10), [0, 1, 4, 9])[:, None]
    filled, after = fill_gaps(series, known, times_s, longest_s=3)
    np.testing.assert_allclose(filled[:5, 0, 0], [0, 10, 20, 30, 40])
    assert after[:5].all()
    np.testing.assert_allclose(filled[5:, 0, 0], [40, 40, 90, 90, 90])
    np.testing.assert_array_equal(after[5:, 0], [False, False, False, False, True])


def test_before_the_first_and_after_the_last_the_nearest_is_held() -> None:
    series = np.zeros((5, 2, 1), np.float32)
    series[2, 0] = 8
    known = np.zeros((5, 2), bool)
    known[2, 0] = True
    filled, after = fill_gaps(series, known, np.arange(5.0))
    np.testing.assert_array_equal(filled[:, 0, 0], [8] * 5)
    np.testing.assert_array_equal(filled[:, 1], series[:, 1])
    assert after.sum() == 1
