"""`Launch`: one description for the interpreter, the JIT and the compiler."""

import inspect
from dataclasses import replace

import pytest
import torch

from mimo_kernels.launch import Argument, Launch, is_aligned, jit
from mimo_kernels.reference_attention.contract import ReferenceProblem, launches

LAUNCH = launches(ReferenceProblem.contiguous(1, 0, 4, 4, 1, 16), "fp16", "sm_90")[0]


def test_arguments_and_constants_are_the_parameters_of_the_kernel() -> None:
    function = LAUNCH.function()
    parameters = list(inspect.signature(function.fn).parameters)
    assert parameters[: len(LAUNCH.arguments)] == [a.name for a in LAUNCH.arguments]
    assert set(parameters[len(LAUNCH.arguments) :]) == set(LAUNCH.constants)


def test_signature_and_attributes() -> None:
    signature = LAUNCH.signature()
    assert signature["query"] == "*fp16"
    assert signature["length"] == "constexpr"
    assert LAUNCH.attributes()[(5,)] == [["tt.divisibility", 16]]
    assert len(LAUNCH.attributes()) == 6


@pytest.mark.parametrize("grid", [(0, 1, 1), (1, 65536, 1), (1, 1, 65536), (2**31, 1, 1)])
def test_a_grid_that_no_gpu_takes(grid: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="is outside"):
        replace(LAUNCH, grid=grid)


def test_an_output_before_an_input() -> None:
    with pytest.raises(ValueError, match="inputs come first"):
        Launch(
            "m:f", (Argument("a", "fp16", "out"), Argument("b", "fp16", "in")), {}, (1, 1, 1), 4, 1
        )


def test_a_tensor_of_another_dtype() -> None:
    tensors = [torch.zeros(1, 4, 16)] * 6
    with pytest.raises(ValueError, match="query is float32, but the kernel was chosen for float16"):
        jit(LAUNCH, tensors)


def test_too_few_tensors() -> None:
    with pytest.raises(ValueError, match="shorter"):
        jit(LAUNCH, [torch.zeros(1, 4, 16, dtype=torch.float16)])


def test_alignment() -> None:
    memory = torch.zeros(64, dtype=torch.float16)
    start = -memory.data_ptr() % 16 // 2
    assert is_aligned(memory[start:])
    assert is_aligned(memory[start + 8 :])
    assert not is_aligned(memory[start + 4 :])
