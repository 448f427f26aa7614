"""What two-source attention must do for values whose result is known without a reference."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_kernels.launch import Dtype
from tests.kernels.poison import LIMITS, fp64, relative_error, wide_memory
from tests.kernels.reference_cases import Case, in_poison

CASE = Case(rows=3, unconditional_rows=1, length=37, reference_length=130)


def test_equal_keys_give_the_mean_of_the_values() -> None:
    q, k, v, k_ref, v_ref = CASE.draw()
    k[:], k_ref[:] = k[0, 0], k[0, 0]
    found = CASE.run([q, k, v, k_ref, v_ref])
    both = np.concatenate([fp64(v)[1:], np.repeat(fp64(v_ref)[None], 2, axis=0)], axis=1)
    means = np.concatenate([fp64(v)[:1].mean(1), both.mean(1)])
    assert relative_error(found, np.repeat(means[:, None], 37, axis=1)) <= LIMITS["fp16"]


def test_equal_values_come_out_as_they_are() -> None:
    q, k, v, k_ref, v_ref = CASE.draw()
    v[:], v_ref[:] = v[0, 0], v[0, 0]
    found = CASE.run([q, k, v, k_ref, v_ref])
    assert relative_error(found, fp64(v[0, 0].expand(found.shape))) <= LIMITS["fp16"]


@pytest.mark.parametrize("place", [0, 36, 37, 37 + 129])
def test_one_key_that_dominates(place: int) -> None:
    """A key along every query, far longer than all others: its value is the result."""
    q, k, v, k_ref, v_ref = CASE.draw()
    q[:] = 4.0
    keys, values = (k[1], v[1]) if place < 37 else (k_ref, v_ref)
    keys[place % 37 if place < 37 else place - 37] = 16.0
    wanted = fp64(values[place % 37 if place < 37 else place - 37].expand(37, -1))
    found = CASE.run([q, k, v, k_ref, v_ref])
    assert relative_error(found[1], wanted) <= LIMITS["fp16"]


def test_the_order_of_keys_does_not_matter() -> None:
    q, k, v, k_ref, v_ref = CASE.draw()
    own, extra = (torch.from_numpy(np.random.default_rng(9).permutation(n)) for n in (37, 130))
    first = CASE.run([q, k, v, k_ref, v_ref])
    second = CASE.run([q, k[:, own], v[:, own], k_ref[extra], v_ref[extra]])
    assert relative_error(second, fp64(first)) <= LIMITS["fp16"]


def test_a_reference_equal_to_the_own_tokens_changes_nothing() -> None:
    case = Case(rows=1, unconditional_rows=0, length=37, reference_length=37)
    q, k, v, _, _ = case.draw()
    told = case.run([q, k, v, k[0], v[0]])
    alone = case.run([q, k, v, k[0, :0], v[0, :0]])
    assert relative_error(told, fp64(alone)) <= LIMITS["fp16"]


def test_unconditional_rows_do_not_see_the_reference() -> None:
    q, k, v, k_ref, v_ref = CASE.draw()
    found = CASE.run([q, k, v, k_ref, v_ref])
    other = CASE.run([q, k, v, 2 * k_ref, -v_ref])
    assert found[:1].equal(other[:1])
    assert not found[1:].equal(other[1:])


@pytest.mark.parametrize("which", ["key", "value"])
@pytest.mark.parametrize("place", [3, 36])
def test_nan_stays_in_its_row_and_head(which: str, place: int) -> None:
    tensors = CASE.draw()
    clean = CASE.run(tensors)
    tensors[1 if which == "key" else 2][1, place, 50] = float("nan")
    with pytest.raises(AssertionError, match="not finite"):
        CASE.run(tensors)
    found = CASE.launch(in_poison(tensors)).view.cpu()
    touched = ~torch.isfinite(found)
    assert bool(touched[1, :, 40:].any())
    touched[1, :, 40:] = False
    assert not bool(touched.any())
    spared = torch.ones_like(touched)
    spared[1, :, 40:] = False
    assert found[spared].equal(clean[spared])


@pytest.mark.parametrize("dtype", ["fp16", "bf16"])
def test_values_that_do_not_average_out(dtype: Dtype) -> None:
    """A constant offset of V hides errors; without one, in zero-mean V, the limit still holds."""
    case = Case(length=131, reference_length=131, heads=1, dtype=dtype)
    tensors = case.draw()
    tensors[2] -= tensors[2].float().mean(1, keepdim=True).to(tensors[2].dtype)
    tensors[0] *= 0.1
    assert relative_error(case.run(tensors), case.exact(tensors)) <= LIMITS[dtype]


@settings(max_examples=20)
@given(
    rows=st.integers(1, 4),
    plain=st.integers(0, 4),
    length=st.integers(1, 140),
    reference_length=st.integers(0, 140),
    heads=st.integers(1, 3),
    head_size=st.sampled_from([8, 16, 32, 40, 64, 80]),
    dtype=st.sampled_from(["fp16", "bf16", "fp32"]),
    pack=st.booleans(),
)
def test_any_problem(
    rows: int,
    plain: int,
    length: int,
    reference_length: int,
    heads: int,
    head_size: int,
    dtype: Dtype,
    pack: bool,
) -> None:
    case = Case(rows, min(plain, rows), length, reference_length, heads, head_size, dtype)
    case.check(pack=pack)


def test_rows_further_apart_than_a_32_bit_offset() -> None:
    """Only the touched pages of this allocation become real memory."""
    case = Case(rows=2, unconditional_rows=0, length=3, reference_length=2, heads=1, head_size=8)
    tensors = case.draw()
    step = 2**31 + 16
    inputs = in_poison(tensors)
    memory = wide_memory(step + 64)
    inputs[1] = memory.as_strided((2, 3, 8), (step, 8, 1)).copy_(tensors[1])
    found = case.launch(inputs).checked()
    assert relative_error(found, case.exact(tensors)) <= LIMITS["fp16"]
