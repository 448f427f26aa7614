"""What temporal attention must do for values whose result is known without a reference."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_kernels.launch import Dtype
from tests.kernels.poison import LIMITS, drawn, fp64, relative_error, wide_memory
from tests.kernels.temporal_cases import Case, in_poison

CASE = Case(branches=2, frames=24, real=21, length=3, heads=3)


def test_equal_keys_give_the_mean_of_the_real_frames() -> None:
    q, k, v = CASE.draw()
    k[:] = k[0, 0]
    found = CASE.run([q, k, v])
    mean = fp64(v).reshape(2, 24, 3, -1)[:, :21].mean(1, keepdims=True)
    wanted = mean.repeat(24, axis=1).reshape(found.shape)
    assert relative_error(found, wanted) <= LIMITS["fp16"]


def test_equal_values_come_out_as_they_are() -> None:
    q, k, v = CASE.draw()
    v[:] = v[0, 0]
    found = CASE.run([q, k, v])
    assert relative_error(found, fp64(v)) <= LIMITS["fp16"]


@pytest.mark.parametrize("frame", [0, 20])
def test_one_frame_that_dominates(frame: int) -> None:
    q, k, v = CASE.draw()
    q[:] = 4.0
    k[frame] = 16.0
    found = CASE.run([q, k, v])
    wanted = fp64(v[frame].expand(24, -1, -1))
    assert relative_error(found[:24], wanted) <= LIMITS["fp16"]


def test_a_single_real_frame_is_copied_bit_by_bit() -> None:
    case = Case(frames=24, first=6, real=1)
    q, k, v = case.draw()
    assert case.run([q, k, v]).equal(v[6].expand(24, -1, -1))


def test_the_order_of_frames_does_not_matter() -> None:
    case = Case(frames=24)
    q, k, v = case.draw()
    order = torch.arange(24).flip(0)
    first, second = case.run([q, k, v]), case.run([q[order], k[order], v[order]])
    assert relative_error(second, fp64(first[order])) <= LIMITS["fp16"]


def test_padding_frames_may_hold_anything() -> None:
    """Their keys and values, NaN too, reach nobody; their queries only their own row."""
    q, k, v = CASE.draw()
    clean = CASE.run([q, k, v])
    padding = torch.arange(48) % 24 >= 21
    k[padding], v[padding] = float("nan"), float("inf")
    assert CASE.run([q, k, v]).equal(clean)


@pytest.mark.parametrize("tactic", [0, 1])
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("which", [0, 1, 2], ids=["query", "key", "value"])
def test_nan_stays_in_its_pixel_and_head(which: int, tactic: int) -> None:
    tensors = CASE.draw()
    clean = CASE.run(tensors, tactic=tactic)
    tensors[which][30, 1, 45] = float("nan")
    found = CASE.launch(in_poison(tensors), tactic=tactic).view.cpu()
    touched = ~torch.isfinite(found)
    own = torch.zeros_like(touched)
    own[24:, 1, 40:80] = True
    assert bool(touched[own].any())
    assert not bool(touched[~own].any())
    assert found[~own].equal(clean[~own])
    if which == 0:
        assert not bool(touched[31:].any())


def test_branches_do_not_see_each_other() -> None:
    q, k, v = CASE.draw()
    first = CASE.run([q, k, v])
    k[24:], v[24:] = 2 * k[24:], -v[24:]
    second = CASE.run([q, k, v])
    assert first[:24].equal(second[:24])
    assert not first[24:].equal(second[24:])


@pytest.mark.parametrize("dtype", ["fp16", "bf16", "fp32"])
def test_positions_added_in_the_kernel_or_before(dtype: Dtype) -> None:
    """Each sum is rounded once in both, so even the bits agree."""
    case = Case(branches=2, dtype=dtype, table=dtype)
    tensors = case.draw()
    added = [
        (x.unflatten(0, (2, -1)).float() + table[:, None].float()).to(x.dtype).flatten(0, 1)
        for x, table in zip(tensors[:3], tensors[3:], strict=True)
    ]
    assert case.run(tensors).equal(Case(branches=2, dtype=dtype).run(added))


def test_folded_positions_are_positions_before_the_projection() -> None:
    """(x + position) W = x W + position W, in fp32."""
    case = Case(dtype="fp32", table="fp32")
    x, position = drawn(1, (24, 3, 80), "fp32"), drawn(2, (24, 80), "fp32")
    weights = [drawn(seed, (80, 80), "fp32", 80**-0.5) for seed in (3, 4, 5)]
    folded = case.run([*(x @ w for w in weights), *(position @ w for w in weights)])
    before = Case(dtype="fp32").exact([(x + position[:, None]) @ w for w in weights])
    assert relative_error(folded, before) <= LIMITS["fp32"]


@settings(max_examples=15)
@given(data=st.data())
def test_any_problem(data: st.DataObject) -> None:
    frames = data.draw(st.integers(1, 32))
    real = data.draw(st.integers(1, frames))
    dtypes = st.sampled_from(["fp16", "bf16", "fp32"])
    dtype = data.draw(dtypes)
    Case(
        branches=data.draw(st.integers(1, 2)),
        frames=frames,
        length=data.draw(st.integers(1, 5)),
        heads=data.draw(st.integers(1, 4)),
        head_size=data.draw(st.sampled_from([8, 16, 32, 40, 64, 80, 160])),
        dtype=dtype,
        real=real,
        first=data.draw(st.integers(0, frames - real)),
        table=data.draw(st.sampled_from([None, dtype])),
    ).check(pack=data.draw(st.booleans()))


def test_rows_further_apart_than_a_32_bit_offset() -> None:
    """Only the touched pages of this allocation become real memory."""
    step = 2**30 + 16
    case = Case(frames=3, length=2, heads=1, head_size=8)
    tensors = case.draw()
    inputs = in_poison(tensors)
    memory = wide_memory(2 * step + 64)
    inputs[1] = memory.as_strided((3, 2, 8), (step, 8, 1)).copy_(tensors[1])
    found = case.launch(inputs).checked()
    assert relative_error(found, case.exact(tensors)) <= LIMITS["fp16"]
