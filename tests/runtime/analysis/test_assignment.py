"""The cheapest assignment, against trying all of them."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mimo_runtime.analysis.assignment import FORBIDDEN, assign
from tests.runtime.analysis.examples import few

TABLES = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: arrays(
        np.float64, shape, elements=st.one_of(st.integers(0, 20), st.just(FORBIDDEN))
    )
)


def cheapest(table: np.ndarray) -> float:
    if table.shape[0] > table.shape[1]:
        return cheapest(table.T)
    rows = range(table.shape[0])
    return min(
        sum(table[row, column] for row, column in zip(rows, order, strict=True))
        for order in permutations(range(table.shape[1]), len(rows))
    )


@few
@given(TABLES)
def test_nothing_is_cheaper(table: np.ndarray) -> None:
    pairs = assign(table)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    left_out = min(table.shape) - len(pairs)
    assert sum(table[pair] for pair in pairs) + left_out * FORBIDDEN == cheapest(table)
    assert all(table[pair] < FORBIDDEN for pair in pairs)


def test_nobody_to_assign() -> None:
    assert assign([]) == []
    assert assign([[], []]) == []
