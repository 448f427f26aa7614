"""The host function: it runs the kernel, falls back with one sentence, or refuses with one."""

import pytest
import torch
from triton import knobs

from mimo_kernels import host
from mimo_kernels.reference_attention.contract import ReferenceProblem, Strides, launches
from mimo_kernels.reference_attention.torch_op import plain_reference_attention, reference_attention
from tests.kernels.poison import DTYPES, Result, check_error, device
from tests.kernels.reference_cases import Case, in_poison


def check(case: Case) -> None:
    tensors = case.draw()
    plain = plain_reference_attention(*tensors, case.heads, case.unconditional_rows)
    placed = [x.to(device()) for x in tensors]
    found = reference_attention(*placed, case.heads, case.unconditional_rows)
    check_error(found.cpu(), case.exact(tensors), plain, case.dtype)


@pytest.mark.parametrize("dtype", ["fp16", "bf16", "fp32"])
def test_the_kernel_runs(dtype: str, said: pytest.LogCaptureFixture) -> None:
    check(Case(dtype=dtype))
    assert not said.records


def test_the_result_goes_where_it_is_asked_for(said: pytest.LogCaptureFixture) -> None:
    case = Case()
    tensors = case.draw()
    result = Result(tensors[0].shape, case.dtype)
    inputs = in_poison(tensors, pack=True)
    assert reference_attention(*inputs, 2, 1, out=result.view) is result.view
    plain = plain_reference_attention(*tensors, 2, 1)
    check_error(result.checked().cpu(), case.exact(tensors), plain, case.dtype)
    assert not said.records


@pytest.mark.parametrize(("head_size", "heads"), [(4, 2), (168, 1)])
def test_another_head_size_falls_back_and_says_so_once(
    head_size: int, heads: int, said: pytest.LogCaptureFixture
) -> None:
    case = Case(head_size=head_size, heads=heads, dtype="fp32")
    check(case)
    check(case)
    (record,) = said.records
    assert f"The head size is {head_size}, outside 8..160." in record.getMessage()


def test_a_fallback_fills_the_result_that_was_given(said: pytest.LogCaptureFixture) -> None:
    case = Case(head_size=4, dtype="fp32")
    tensors = case.draw()
    result = Result(tensors[0].shape, case.dtype)
    reference_attention(*in_poison(tensors), 2, 1, out=result.view)
    plain = plain_reference_attention(*tensors, 2, 1)
    check_error(result.checked().cpu(), case.exact(tensors), plain, case.dtype)
    assert len(said.records) == 1


def test_a_tensor_that_is_not_aligned_falls_back(said: pytest.LogCaptureFixture) -> None:
    case = Case(dtype="fp32")
    tensors = case.draw()
    inputs = in_poison(tensors)
    memory = torch.zeros(tensors[1].numel() + 4, device=device())
    inputs[1] = memory[1 : 1 + tensors[1].numel()].view(tensors[1].shape).copy_(tensors[1])
    found = reference_attention(*inputs, 2, 1)
    check_error(found.cpu(), case.exact(tensors), found.cpu(), case.dtype)
    assert "k does not begin at a multiple of 16 bytes" in said.text


def test_columns_that_are_not_adjacent_fall_back(said: pytest.LogCaptureFixture) -> None:
    case = Case(dtype="fp32")
    tensors = case.draw()
    inputs = in_poison(tensors)
    inputs[0] = inputs[0].mT.contiguous().mT
    found = reference_attention(*inputs, 2, 1)
    check_error(found.cpu(), case.exact(tensors), found.cpu(), case.dtype)
    assert "The columns of q are 40 elements apart" in said.text


def test_double_precision_falls_back(said: pytest.LogCaptureFixture) -> None:
    tensors = [x.double() for x in Case().draw()]
    assert reference_attention(*tensors, 2, 1).dtype == torch.float64
    assert "No kernel is written for torch.float64" in said.text


def test_a_cpu_without_the_interpreter_falls_back(
    said: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knobs.runtime, "interpret", False)
    reference_attention(*Case().draw(), 2, 1)
    assert "No kernel runs on cpu" in said.text


def test_tensors_that_do_not_belong_together() -> None:
    q, k, v, k_ref, v_ref = Case().draw()
    for arguments, wanted in (
        ((q, k[:, :-1], v, k_ref, v_ref, 2, 1), r"k is \(2, 39, 80\), but \(2, 40, 80\)"),
        ((q, k, v, k_ref, v_ref[:-1], 2, 1), r"v_ref is \(23, 80\), but \(24, 80\)"),
        ((q, k, v.float(), k_ref, v_ref, 2, 1), "v is torch.float32 on cpu, q is torch.float16"),
        ((q, k, v, k_ref[None], v_ref, 2, 1), r"k_ref \(1, 24, 80\), but"),
        ((q, k, v, k_ref, v_ref, 3, 1), "width of 80 does not divide into 3 heads"),
        ((q, k, v, k_ref, v_ref, 2, 3), "unconditional_rows is 3, but there are 2 rows"),
    ):
        with pytest.raises(ValueError, match=wanted):
            reference_attention(*arguments)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"head_size": 161}, "head size is 161"),
        ({"rows": 65536}, "65536 rows and 2 heads"),
        ({"length": 0}, "are empty"),
        ({"length": 30_000_000}, "more than 2\\^31 elements"),
        ({"reference_length": 30_000_000}, "more than 2\\^31 elements"),
    ],
)
def test_problems_that_no_kernel_takes(changed: dict[str, int], sentence: str) -> None:
    sizes = {"rows": 2, "unconditional_rows": 1, "length": 9, "reference_length": 9, "heads": 2}
    problem = ReferenceProblem.contiguous(**{**sizes, "head_size": 40, **changed})
    with pytest.raises(ValueError, match=f"{sentence}.*Use the plain operators instead"):
        launches(problem, "fp16", "sm_90")


def test_a_contiguous_problem_has_the_strides_of_its_tensors() -> None:
    problem = ReferenceProblem.contiguous(2, 1, 40, 24, 2, 40)
    assert problem.query == problem.output == Strides(40 * 80, 80)
    assert problem.reference_key == problem.reference_value == 80


def test_every_dtype_of_the_kernels_is_tested() -> None:
    assert {torch_dtype: name for name, torch_dtype in DTYPES.items()} == dict(host.DTYPES)
