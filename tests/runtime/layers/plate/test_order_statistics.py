import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.layers.plate.stack import count_below, median_of_ranks, value_at_rank


@settings(max_examples=30)
@given(st.integers(1, 49), st.integers(1, 256), st.integers(0, 2**31))
def test_every_rank_is_that_of_sorting(depth: int, distinct: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, distinct, (depth, 6, 3)).astype(np.uint8)
    rank = rng.integers(0, depth, (6, 3))

    found = value_at_rank(levels, rank)

    wanted = np.take_along_axis(np.sort(levels, axis=0), rank[None], axis=0)[0]
    assert (found == wanted).all()
    assert (count_below(levels, found) <= rank).all()


@settings(max_examples=30)
@given(st.integers(1, 49), st.integers(0, 2**31))
def test_the_middle_of_a_part_is_its_median(depth: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 256, (depth, 5)).astype(np.uint8)
    first = rng.integers(0, depth, 5).astype(np.uint8)
    end = np.array([rng.integers(one + 1, depth + 1) for one in first], np.uint8)

    found = median_of_ranks(levels, first, end)

    in_order = np.sort(levels, axis=0)
    for column, (start, stop) in enumerate(zip(first, end, strict=True)):
        wanted = np.floor(np.median(in_order[start:stop, column].astype(float)) + 0.5)
        assert found[column] == wanted
