"""The arithmetic between passes, beside the same thing written out in float64."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mimo_runtime.engines.latents import HostLatents

Floats = NDArray[np.float32]


def drawn(seed: int, *shape: int) -> Floats:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    halves=st.sampled_from([1, 2]),
    windows=st.lists(
        st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True), min_size=1, max_size=3
    ),
    seed=st.integers(0, 9),
)
def test_two_steps_written_out(halves: int, windows: list[list[int]], seed: int) -> None:
    noise, shares = drawn(seed, 5, 4, 2, 3), np.abs(drawn(seed + 1, 5))
    coefficients = drawn(seed + 2, 2, 3)
    state = HostLatents(noise.copy(), halves, shares, coefficients)
    wanted = noise.astype(np.float64)
    for step, (a, b, guidance) in enumerate(coefficients.astype(np.float64)):
        total = np.zeros((halves, 5, 4, 2, 3))
        for number, window in enumerate(windows):
            prediction = drawn(100 * step + number, halves, 4, 4, 2, 3)
            state.add(prediction, np.array(window))
            total[:, window] += prediction[:, : len(window)]
        total *= shares.astype(np.float64).reshape(-1, 1, 1, 1)
        velocity = total[0] + guidance * (total[1] - total[0]) if halves == 2 else total[0]
        wanted = a * wanted + b * velocity
        state.advance(step)
    np.testing.assert_allclose(np.asarray(state), wanted, atol=1e-4)


def test_taking_places_and_a_row() -> None:
    noise = drawn(1, 6, 4, 2, 2)
    state = HostLatents(noise.copy(), 2, np.ones(6, np.float32), np.ones((1, 3), np.float32))
    window, one = np.full((4, 4, 2, 2), 7, np.float32), np.zeros((1, 4, 2, 2), np.float32)
    state.take(np.array([5, 0, 2]), window)
    np.testing.assert_array_equal(window[:3], noise[[5, 0, 2]])
    assert (window[3] == 7).all()  # padding rows stay as they are
    state.row(4, one)
    np.testing.assert_array_equal(one[0], noise[4])
