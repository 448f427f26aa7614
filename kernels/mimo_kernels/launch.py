"""`Launch`: one kernel launch as plain data, for the interpreter, the JIT and ahead of time.

A kernel takes pointers first (all inputs, then all outputs: the order of a TensorRT plugin) and
then constants only; it has no other run-time argument. Every pointer is aligned to 16 bytes.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Dtype = Literal["fp16", "bf16", "fp32", "i32", "i64", "u8"]
Constant = int | float | bool | str

ALIGNMENT_BYTES = 16
GRID_LIMITS = (2**31 - 1, 65535, 65535)
TORCH_DTYPES: Mapping[str, str] = {
    "fp16": "float16",
    "bf16": "bfloat16",
    "fp32": "float32",
    "i32": "int32",
    "i64": "int64",
    "u8": "uint8",
}


@dataclass(frozen=True, slots=True)
class Argument:
    """One pointer of a kernel: its parameter's name, element type, and direction."""

    name: str
    dtype: Dtype
    role: Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Launch:
    """A kernel ("module:function"), its pointers and constants, and how many programs run it.

    `arguments` are in the order of the kernel's parameters, inputs before outputs; `constants`
    are all its other parameters. `warps` and `stages` go to Triton as they are.
    """

    kernel: str
    arguments: tuple[Argument, ...]
    constants: Mapping[str, Constant]
    grid: tuple[int, int, int]
    warps: int
    stages: int

    def __post_init__(self) -> None:
        """Raise ValueError for a grid that no GPU takes or an input behind an output."""
        if any(not 1 <= size <= most for size, most in zip(self.grid, GRID_LIMITS, strict=True)):
            raise ValueError(f"A grid of {self.grid} is outside 1..{GRID_LIMITS}; split the rows.")
        roles = [argument.role for argument in self.arguments]
        if roles != sorted(roles):
            raise ValueError(f"{self.kernel} names an output before an input; inputs come first.")

    def function(self) -> Any:
        """The Triton function; importing its module decides whether it interprets."""
        module, name = self.kernel.split(":")
        return getattr(importlib.import_module(module), name)

    def signature(self) -> dict[str, str]:
        """The type of each parameter, as `triton.compiler.ASTSource` takes it."""
        pointers = {argument.name: f"*{argument.dtype}" for argument in self.arguments}
        return pointers | dict.fromkeys(self.constants, "constexpr")

    def attributes(self) -> dict[tuple[int], list[list[Any]]]:
        """What the compiler may assume: every pointer is aligned."""
        indices = range(len(self.arguments))
        return {(index,): [["tt.divisibility", ALIGNMENT_BYTES]] for index in indices}


def jit(launch: Launch, tensors: Sequence[Any]) -> None:
    """Run `launch` on torch tensors, one per argument and in that order, or views of them.

    Under `TRITON_INTERPRET=1` Triton interprets it on the CPU. A bool tensor serves as u8. Raises
    ValueError when a tensor's dtype is not its argument's.
    """
    pointers = [_pointer(*pair) for pair in zip(launch.arguments, tensors, strict=True)]
    kernel: Callable[..., Any] = launch.function()[launch.grid]
    kernel(*pointers, **launch.constants, num_warps=launch.warps, num_stages=launch.stages)


def is_aligned(tensor: Any) -> bool:
    """Whether the kernels may read or write this torch tensor where it lies."""
    return int(tensor.data_ptr()) % ALIGNMENT_BYTES == 0


def _pointer(argument: Argument, tensor: Any) -> Any:
    found = str(tensor.dtype).removeprefix("torch.")
    if found == "bool" and argument.dtype == "u8":
        import torch

        return tensor.view(torch.uint8)
    if found != TORCH_DTYPES[argument.dtype]:
        raise ValueError(
            f"Argument {argument.name} is {found}, but the kernel was chosen for "
            f"{TORCH_DTYPES[argument.dtype]}; convert the tensor or choose another launch."
        )
    return tensor
