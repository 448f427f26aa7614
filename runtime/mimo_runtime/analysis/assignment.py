"""The cheapest way to give every row its own column."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FORBIDDEN = 1e6


def assign(costs: NDArray[np.floating] | Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Pairs of row and column of the smallest total cost, without pairs that are `FORBIDDEN`.

    The Hungarian method with potentials, exact, rows * rows * columns steps. As many pairs as
    possible are made before the cost of those is looked at.

    Args:
        costs: [rows, columns], finite; `FORBIDDEN` or more where a pair is not possible.
    """
    table = np.asarray(costs, np.float64)
    if table.size == 0:
        return []
    if table.shape[0] > table.shape[1]:
        return sorted((row, column) for column, row in assign(table.T))
    columns = _columns_of_rows(np.minimum(table, FORBIDDEN))
    return [(row, column) for row, column in enumerate(columns) if table[row, column] < FORBIDDEN]


def _columns_of_rows(costs: NDArray[np.float64]) -> list[int]:
    rows, columns = costs.shape
    of_row, of_column = np.zeros(rows), np.zeros(columns)
    owner = np.full(columns, -1)
    for row in range(rows):
        _give_column(row, costs, of_row, of_column, owner)
    columns_of = [0] * rows
    for column, row in enumerate(owner):
        if row >= 0:
            columns_of[row] = column
    return columns_of


def _give_column(
    row: int,
    costs: NDArray[np.float64],
    of_row: NDArray[np.float64],
    of_column: NDArray[np.float64],
    owner: NDArray[np.int64],
) -> None:
    """One more row gets a column; rows before it move over where that is cheaper."""
    shortest, via = np.full(len(owner), np.inf), np.full(len(owner), -1)
    done = np.zeros(len(owner), bool)
    current, column = row, -1
    while True:
        reduced = costs[current] - of_row[current] - of_column
        better = ~done & (reduced < shortest)
        shortest[better], via[better] = reduced[better], column
        column = int(np.argmin(np.where(done, np.inf, shortest)))
        step = shortest[column]
        of_row[row] += step
        of_row[owner[done]] += step
        of_column[done] -= step
        shortest[~done] -= step
        done[column] = True
        if owner[column] < 0:
            break
        current = int(owner[column])
    while column >= 0:
        before = via[column]
        owner[column], column = (owner[before] if before >= 0 else row), int(before)
