import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.layers.plate_stack import PlateStack

ONES = np.ones((4, 5), np.float32)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(1, 12), st.integers(0, 2**31))
def test_the_median_is_that_of_what_was_seen(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frames = rng.integers(0, 256, (count, 4, 5, 3)).astype(np.uint8)
    seen = rng.random((count, 4, 5)) < 0.6
    stack = PlateStack(5, 4)
    for pixels, visible in zip(frames, seen, strict=True):
        stack.add(pixels, visible, ONES, 0, 0)

    median = stack.median()

    assert (stack.counts == seen.sum(axis=0)).all()
    for row, column in np.ndindex(4, 5):
        levels = frames[seen[:, row, column], row, column]
        wanted = np.floor(np.median(levels, axis=0) + 0.5) if len(levels) else np.zeros(3)
        assert (median[row, column] == wanted).all()


def test_observations_come_from_all_of_the_time() -> None:
    stack = PlateStack(5, 4, stack_bytes=1)
    for index in range(90):
        level = np.full((4, 5, 3), index, np.uint8)
        stack.add(level, np.ones((4, 5), bool), ONES * (index + 1) / 90, 0, 0)

    assert stack.depth == 9
    assert (stack.counts == 9).all()
    assert (stack.median() == 40).all()


def test_what_was_hidden_at_first_is_made_up_for() -> None:
    stack = PlateStack(5, 4, stack_bytes=1)
    for index in range(20):
        visible = np.full((4, 5), index >= 15)
        stack.add(np.full((4, 5, 3), index, np.uint8), visible, ONES * (index + 1) / 20, 0, 0)

    assert (stack.counts == 5).all()
    assert (stack.median() == 17).all()


def test_what_was_mostly_in_shadow_is_lit() -> None:
    rng = np.random.default_rng(0)
    stack = PlateStack(5, 4)
    for index in range(30):
        light = 150 if index % 3 == 0 else 80
        level = (light + rng.normal(0, 2, (4, 5, 3))).astype(np.uint8)
        stack.add(level, np.ones((4, 5), bool), ONES * (index + 1) / 30, 0, 0)

    assert np.abs(stack.lit().astype(int) - 150).max() <= 3
    assert np.abs(stack.median().astype(int) - 80).max() <= 6


def test_without_a_shadow_lit_is_the_median() -> None:
    rng = np.random.default_rng(0)
    stack = PlateStack(5, 4)
    for _ in range(15):
        level = (150 + rng.normal(0, 2, (4, 5, 3))).astype(np.uint8)
        stack.add(level, np.ones((4, 5), bool), ONES, 0, 0)

    assert (stack.lit() == stack.median()).all()


def test_a_part_lies_where_it_belongs() -> None:
    stack = PlateStack(9, 8)
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    stack.add(pixels, np.ones((4, 5), bool), ONES, 2, 3)

    median = stack.median()

    assert (median[2:6, 3:8] == pixels).all()
    assert stack.counts.sum() == 20


def test_the_spread_is_that_of_the_middle_half() -> None:
    stack = PlateStack(2, 1)
    for level in (100, 102, 104, 106, 250):
        pixels = np.full((1, 2, 3), level, np.uint8)
        stack.add(pixels, np.array([[True, level == 100]]), np.ones((1, 2), np.float32), 0, 0)

    assert stack.spread().tolist() == [[4, 0]]
