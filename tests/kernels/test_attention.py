"""The fp64 references against attention written out number by number."""

import math

import numpy as np
import pytest

from mimo_kernels.attention import Array, attention_fp64
from mimo_kernels.reference_attention.contract import reference_attention_fp64
from mimo_kernels.temporal_attention.contract import temporal_attention_fp64


def drawn(*shape: int, seed: int) -> Array:
    return np.random.default_rng(seed).normal(size=shape)


def one_query(q: Array, keys: Array, values: Array, heads: int) -> Array:
    """Attention of one query [width] to keys and values [length, width], head by head."""
    size = len(q) // heads
    result = np.zeros(len(q))
    for head in range(heads):
        own = slice(head * size, (head + 1) * size)
        scores = [sum(a * b for a, b in zip(q[own], key[own], strict=True)) for key in keys]
        weights = [math.exp(score / math.sqrt(size)) for score in scores]
        for weight, value in zip(weights, values, strict=True):
            result[own] += weight / sum(weights) * value[own]
    return result


@pytest.mark.parametrize(("heads", "width"), [(1, 3), (2, 6), (5, 5)])
def test_attention(heads: int, width: int) -> None:
    q, k, v = drawn(2, 4, width, seed=1), drawn(2, 7, width, seed=2), drawn(2, 7, width, seed=3)
    found = attention_fp64(q, k, v, heads)
    for row, place in np.ndindex(2, 4):
        wanted = one_query(q[row, place], k[row], v[row], heads)
        np.testing.assert_allclose(found[row, place], wanted, atol=1e-12)


def test_attention_does_not_overflow() -> None:
    q = np.full((1, 1, 2), 1e4)
    k = np.array([[[1e4, 0.0], [0.0, 0.0]]])
    v = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    np.testing.assert_array_equal(attention_fp64(q, k, v, 1), [[[1.0, 2.0]]])


def test_attention_takes_single_precision_and_answers_in_double() -> None:
    q, k, v = (drawn(1, 3, 4, seed=seed).astype(np.float32) for seed in (1, 2, 3))
    assert attention_fp64(q, k, v, 2).dtype == np.float64


@pytest.mark.parametrize("unconditional_rows", [0, 2, 4])
def test_rows_that_are_told_see_the_reference_after_their_own(unconditional_rows: int) -> None:
    heads, rows, length, extra, width = 2, 4, 3, 5, 4
    q, k, v = (drawn(rows, length, width, seed=seed) for seed in (4, 5, 6))
    k_ref, v_ref = drawn(extra, width, seed=7), drawn(extra, width, seed=8)
    found = reference_attention_fp64(q, k, v, k_ref, v_ref, heads, unconditional_rows)
    for row, place in np.ndindex(rows, length):
        keys, values = k[row], v[row]
        if row >= unconditional_rows:
            keys, values = np.concatenate([keys, k_ref]), np.concatenate([values, v_ref])
        wanted = one_query(q[row, place], keys, values, heads)
        np.testing.assert_allclose(found[row, place], wanted, atol=1e-12)


@pytest.mark.parametrize("real", [(1, 1, 1, 1), (1, 0, 1, 1), (0, 0, 0, 1)])
def test_frames_attend_to_real_frames_at_their_pixel(real: tuple[int, ...]) -> None:
    heads, frames, branches, length, width = 3, 4, 2, 2, 6
    mask = np.array(real, bool)
    q, k, v = (drawn(branches * frames, length, width, seed=seed) for seed in (9, 10, 11))
    found = temporal_attention_fp64(q, k, v, mask, heads, frames)
    for half, frame, pixel in np.ndindex(branches, frames, length):
        rows = [half * frames + other for other in range(frames) if mask[other]]
        query = q[half * frames + frame, pixel]
        wanted = one_query(query, k[rows, pixel], v[rows, pixel], heads)
        np.testing.assert_allclose(found[half * frames + frame, pixel], wanted, atol=1e-12)
