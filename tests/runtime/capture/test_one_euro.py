"""The filter: what stays is steadied, what moves is followed, within the delay that it states."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.capture.one_euro import OneEuro

RATE_HZ = 30.0


@given(st.floats(-10, 10))
def test_what_stays_is_left_as_it_is(value: float) -> None:
    smooth = OneEuro(RATE_HZ, 1.0, 1.0)
    for _ in range(5):
        assert np.allclose(smooth(np.full((2, 3), value)), value)


def test_jitter_is_less() -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, (200, 1, 3))
    smooth = OneEuro(RATE_HZ, 1.0, 0.0)
    found = np.array([smooth(each) for each in noise])
    assert np.abs(np.diff(found, axis=0)).mean() < 0.3 * np.abs(np.diff(noise, axis=0)).mean()


def test_a_steady_move_is_followed_with_the_delay_of_its_cutoff() -> None:
    cutoff_hz, speed = 2.0, 1.0
    smooth = OneEuro(RATE_HZ, cutoff_hz, 0.0)
    for index in range(300):
        found = smooth(np.full((1, 1), speed * index / RATE_HZ))
    behind_s = speed * 299 / RATE_HZ - float(found[0, 0])
    assert math.isclose(behind_s, 1 / (2 * math.pi * cutoff_hz), rel_tol=0.02)


def test_what_is_fast_is_followed_more_closely() -> None:
    smooth = OneEuro(RATE_HZ, 1.0, 5.0)
    for index in range(90):
        found = smooth(np.array([[index / RATE_HZ], [10 * index / RATE_HZ]]))
    behind_s = (89 / RATE_HZ - found[0, 0], (890 / RATE_HZ - found[1, 0]) / 10)
    assert behind_s[1] < 0.4 * behind_s[0]


def test_forgetting_begins_anew() -> None:
    smooth = OneEuro(RATE_HZ, 1.0, 1.0)
    smooth(np.zeros((1, 1)))
    smooth.forget()
    assert float(smooth(np.ones((1, 1)))[0, 0]) == 1.0
