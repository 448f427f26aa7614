"""The arithmetic between passes, beside the same thing written out in float64."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mimo_runtime.engines.latents import HostLatents

Floats = NDArray[np.float32]


def drawn(seed: int, *shape: int) -> Floats:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@settings(max_examples=20)
@given(
    branches=st.sampled_from([1, 2]),
    split=st.integers(0, 5),
    windows=st.lists(
        st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True), min_size=1, max_size=3
    ),
    seed=st.integers(0, 9),
    second_order=st.booleans(),
)
def test_two_steps_written_out(
    branches: int, split: int, windows: list[list[int]], seed: int, second_order: bool
) -> None:
    noise, weights = drawn(seed, 5, 4, 2, 3), np.abs(drawn(seed + 1, 5))
    coefficients = drawn(seed + 2, 2, 3)
    history = drawn(seed + 3, 2, 3) if second_order else None
    state = HostLatents(noise.shape, branches, coefficients, history)
    state.write(0, noise, weights)
    wanted, before = noise.astype(np.float64), np.zeros(noise.shape)
    for step, (a, b, guidance) in enumerate(coefficients.astype(np.float64)):
        total = np.zeros((branches, 5, 4, 2, 3))
        for number, window in enumerate(windows):
            prediction = drawn(100 * step + number, branches, 4, 4, 2, 3)
            state.accumulate(prediction, np.array(window))
            total[:, window] += prediction[:, : len(window)]
        total *= weights.astype(np.float64).reshape(-1, 1, 1, 1)
        velocity = total[0] + guidance * (total[1] - total[0]) if branches == 2 else total[0]
        added = 0.0
        if history is not None:
            c, p, q = history[step].astype(np.float64)
            added, before = c * before, p * wanted + q * velocity
        wanted = a * wanted + b * velocity + added
        state.step(step, 0, split)
        state.step(step, split, 5)
    np.testing.assert_allclose(np.asarray(state), wanted, atol=1e-4)


def test_gathering_slots_and_reading_one() -> None:
    noise = drawn(1, 6, 4, 2, 2)
    state = HostLatents(noise.shape, 2, np.ones((1, 3), np.float32))
    state.write(0, noise[:4], np.ones(4, np.float32))
    state.write(4, noise[4:], np.ones(2, np.float32))
    window, one = np.full((4, 4, 2, 2), 7, np.float32), np.zeros((1, 4, 2, 2), np.float32)
    state.gather(np.array([5, 0, 2]), window)
    np.testing.assert_array_equal(window[:3], noise[[5, 0, 2]])
    assert (window[3] == 7).all()  # padding rows stay as they are
    state.read(4, one)
    np.testing.assert_array_equal(one[0], noise[4])
