"""The host function of temporal attention: checks, fallback, and what it says once."""

import pytest
import torch
from torch import Tensor

from mimo_kernels.temporal_attention.contract import TemporalProblem, launches
from mimo_kernels.temporal_attention.torch_op import temporal_attention
from tests.kernels.poison import LIMITS, check_error, device, drawn, relative_error
from tests.kernels.temporal_cases import Case

CASE = Case(branches=2, frames=24, real=5, length=2, table="fp16")


def call(case: Case, tensors: list[Tensor], **others: Tensor) -> Tensor:
    q, k, v, *tables = (tensor.to(device()) for tensor in tensors)
    mask = case.mask().to(device())
    return temporal_attention(
        q, k, v, mask, case.heads, case.frames, tables or None, **others
    ).cpu()


def test_the_kernel_runs_and_says_nothing(said: pytest.LogCaptureFixture) -> None:
    tensors = CASE.draw()
    check_error(call(CASE, tensors), CASE.exact(tensors), CASE.plain(tensors), "fp16")
    assert not said.records


def test_the_result_may_be_given() -> None:
    tensors = CASE.draw()
    out = torch.full(tensors[0].shape, float("nan"), dtype=torch.float16, device=device())
    found = call(CASE, tensors, out=out)
    assert out.cpu().equal(found)
    assert relative_error(found, CASE.exact(tensors)) <= LIMITS["fp16"]


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (Case(frames=33, length=1), "33 frames, more than 32"),
        (Case(frames=2, head_size=4), "head size is 4"),
        (Case(frames=2, head_size=264, heads=1), "head size is 264"),
    ],
)
def test_what_no_kernel_takes_runs_anyway(
    case: Case, reason: str, said: pytest.LogCaptureFixture
) -> None:
    tensors = case.draw()
    for _ in range(2):
        assert relative_error(call(case, tensors), case.exact(tensors)) <= LIMITS["fp16"]
    (record,) = said.records
    assert reason in record.getMessage()
    assert "TemporalAttention runs as plain torch operators" in record.getMessage()


def test_tensors_that_are_not_aligned_run_anyway(said: pytest.LogCaptureFixture) -> None:
    case = Case(frames=3)
    tensors = case.draw()
    memory = torch.empty(tensors[1].numel() + 1, dtype=torch.float16, device=device())
    moved = memory[1:].view(tensors[1].shape).copy_(tensors[1])
    q, _, v = (tensor.to(device()) for tensor in tensors)
    found = temporal_attention(q, moved, v, case.mask().to(device()), case.heads, 3)
    assert relative_error(found, case.exact(tensors)) <= LIMITS["fp16"]
    assert "16 bytes" in said.text


def test_columns_that_are_not_adjacent_run_anyway(said: pytest.LogCaptureFixture) -> None:
    case = Case(frames=3)
    tensors = case.draw()
    tensors[2] = tensors[2].transpose(1, 2).contiguous().transpose(1, 2)
    assert relative_error(call(case, tensors), case.exact(tensors)) <= LIMITS["fp16"]
    assert "not adjacent" in said.text


def test_double_precision_runs_anyway(said: pytest.LogCaptureFixture) -> None:
    case = Case(frames=3, table="fp32")
    tensors = [tensor.double() for tensor in case.draw()]
    assert relative_error(call(case, tensors), case.exact(tensors)) <= 1e-6
    assert "float64" in said.text


def test_what_does_not_belong_together() -> None:
    q = drawn(1, (4, 3, 16), "fp16")
    mask = torch.ones(2, dtype=torch.bool)
    table = drawn(2, (2, 16), "fp16")
    good = {"q": q, "k": q, "v": q, "frame_mask": mask, "heads": 2, "frames": 2}
    for wrong, sentence in [
        ({"q": q[0]}, "is needed"),
        ({"k": q[:2]}, "k is"),
        ({"v": q.float()}, "torch.float32"),
        ({"heads": 3}, "16 does not divide into 3 heads"),
        ({"frames": 3}, "4 rows do not divide into windows of 3 frames"),
        ({"frame_mask": mask[:1]}, "frame_mask is"),
        ({"frame_mask": mask.float()}, "frame_mask is torch.float32"),
        ({"positions": (table, table, table[:1])}, "v_pos is"),
        ({"positions": (table, table.float(), table)}, "k_pos is torch.float32"),
        ({"positions": (table, table)}, "2 position tables"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            temporal_attention(**{**good, **wrong})


def test_a_problem_that_no_kernel_takes_has_no_launches() -> None:
    problem = TemporalProblem.contiguous(2, 33, 4, 2, 40)
    with pytest.raises(ValueError, match="33 frames, more than 32"):
        launches(problem, "fp16", "sm_90")


@pytest.mark.parametrize(("frames", "tile"), [(1, 16), (16, 16), (17, 32), (32, 32)])
def test_short_windows_take_a_smaller_tile(frames: int, tile: int) -> None:
    problem = TemporalProblem.contiguous(2, frames, 4, 2, 40)
    assert launches(problem, "fp16", "sm_90")[0].constants["frame_tile"] == tile


def test_a_launch_names_inputs_before_the_output() -> None:
    problem = TemporalProblem.contiguous(2, 24, 9, 8, 40, positions="fp32")
    first = launches(problem, "bf16", "sm_90")[0]
    told = [(argument.name, argument.dtype, argument.role) for argument in first.arguments]
    assert told == [
        ("query", "bf16", "in"),
        ("key", "bf16", "in"),
        ("value", "bf16", "in"),
        ("frame_mask", "u8", "in"),
        ("q_pos", "fp32", "in"),
        ("k_pos", "fp32", "in"),
        ("v_pos", "fp32", "in"),
        ("output", "bf16", "out"),
    ]
    assert first.grid == (9, 2, 1)
