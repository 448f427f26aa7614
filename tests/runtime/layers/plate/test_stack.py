import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.layers.plate.stack import PlateStack

SIZE = (5, 4)
ALL = np.full((4, 5), 3, np.uint8)


def flat(level: int) -> np.ndarray:
    return np.full((4, 5, 3), level, np.uint8)


@settings(max_examples=20)
@given(st.integers(1, 49), st.integers(0, 2**31))
def test_the_median_is_that_of_what_was_seen(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frames = rng.integers(0, 256, (count, 4, 5, 3)).astype(np.uint8)
    visibility = rng.integers(0, 3, (count, 4, 5)).astype(np.uint8)
    stack = PlateStack(*SIZE, count)
    for index, (pixels, known) in enumerate(zip(frames, visibility, strict=True)):
        stack.add(pixels, known, (index + 1) / count, 0, 0)

    for least in (1, 2):
        median = stack.median(least=least)
        assert (stack.counts(least) == (visibility >= least).sum(axis=0)).all()
        for row, column in np.ndindex(4, 5):
            levels = frames[visibility[:, row, column] >= least, row, column]
            wanted = np.floor(np.median(levels, axis=0) + 0.5) if len(levels) else np.zeros(3)
            assert (median[row, column] == wanted).all()


def test_observations_come_from_all_of_the_time() -> None:
    stack = PlateStack(*SIZE, 90, stack_bytes=1)
    for index in range(90):
        stack.add(flat(index), ALL, (index + 1) / 90, 0, 0)

    assert stack.depth == 9
    assert (stack.counts() == 9).all()
    assert (stack.median() == 40).all()


def test_what_was_hidden_at_first_is_made_up_for() -> None:
    stack = PlateStack(*SIZE, 20, stack_bytes=1)
    for index in range(20):
        stack.add(flat(index), ALL * (index >= 15), (index + 1) / 20, 0, 0)

    assert (stack.counts() == 5).all()
    assert (stack.median() == 17).all()


def test_of_one_part_of_the_time_the_most_trusted_is_kept() -> None:
    stack = PlateStack(*SIZE, 27, stack_bytes=1)
    for index in range(27):
        visibility = ALL * 0 + (4 if index % 3 == 1 else 2)
        stack.add(flat(index % 3), visibility, (index + 1) / 27, 0, 0)

    assert (stack.visibility == 4).all()
    assert (stack.median() == 1).all()


def test_the_best_trust_is_the_highest_that_enough_have() -> None:
    stack = PlateStack(3, 1, 4)
    for place, visibilities in enumerate([[1, 2, 3], [3, 3, 1], [2, 2, 2], [1, 0, 1]]):
        pixels = np.zeros((1, 3, 3), np.uint8)
        stack.add(pixels, np.array([visibilities], np.uint8), (place + 1) / 4, 0, 0)

    assert stack.best(np.full((1, 3), 2), 1, 3).tolist() == [[2, 2, 2]]
    assert stack.best(np.full((1, 3), 1), 1, 3).tolist() == [[3, 3, 3]]
    assert stack.best(np.full((1, 3), 9), 1, 3).tolist() == [[1, 1, 1]]


def test_what_was_mostly_in_shadow_is_lit() -> None:
    rng = np.random.default_rng(0)
    stack = PlateStack(*SIZE, 30)
    for index in range(30):
        light = 150 if index % 3 == 0 else 80
        level = (light + rng.normal(0, 2, (4, 5, 3))).astype(np.uint8)
        stack.add(level, ALL, (index + 1) / 30, 0, 0)

    assert np.abs(stack.lit().astype(int) - 150).max() <= 3
    assert np.abs(stack.median().astype(int) - 80).max() <= 6


def test_without_a_shadow_lit_is_the_median() -> None:
    rng = np.random.default_rng(0)
    stack = PlateStack(*SIZE, 15)
    for index in range(15):
        level = (150 + rng.normal(0, 2, (4, 5, 3))).astype(np.uint8)
        stack.add(level, ALL, (index + 1) / 15, 0, 0)

    assert (stack.lit() == stack.median()).all()


def test_a_part_lies_where_it_belongs() -> None:
    stack = PlateStack(9, 8, 1)
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    stack.add(pixels, ALL, 1.0, 2, 3)

    assert (stack.median()[2:6, 3:8] == pixels).all()
    assert stack.counts().sum() == 20


def test_the_spread_is_that_of_the_middle_half() -> None:
    stack = PlateStack(2, 1, 5)
    for index, level in enumerate((100, 102, 104, 106, 250)):
        pixels = np.full((1, 2, 3), level, np.uint8)
        visibility = np.array([[1, level == 100]], np.uint8)
        stack.add(pixels, visibility, (index + 1) / 5, 0, 0)

    assert stack.spread().tolist() == [[4, 0]]
