"""Problems of the two-source attention, drawn and run in poisoned memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mimo_kernels.host import INTERPRETED, architecture
from mimo_kernels.launch import Dtype, jit
from mimo_kernels.reference_attention.contract import launches, reference_attention_fp64
from mimo_kernels.reference_attention.torch_op import plain_reference_attention, problem_of
from tests.kernels.poison import Result, check_error, device, drawn, fp64, packed, poisoned

ARCH = architecture(device()) or INTERPRETED


@dataclass(frozen=True)
class Case:
    """Sizes of one call; `scale` is the standard deviation of queries and keys."""

    rows: int = 2
    unconditional_rows: int = 1
    length: int = 40
    reference_length: int = 24
    heads: int = 2
    head_size: int = 40
    dtype: Dtype = "fp16"
    scale: float = 1.0

    def draw(self) -> list[Tensor]:
        """q, k, v [rows, length, width] and k_ref, v_ref [reference_length, width]."""
        width = self.heads * self.head_size
        own, extra = (self.rows, self.length, width), (self.reference_length, width)
        return [
            drawn(seed, shape, self.dtype, scale)
            for seed, (shape, scale) in enumerate(
                [(own, self.scale), (own, self.scale), (own, 1), (extra, self.scale), (extra, 1)]
            )
        ]

    def exact(self, tensors: Sequence[Tensor]) -> NDArray[np.float64]:
        """The operator in fp64 on the rounded inputs."""
        q, k, v, k_ref, v_ref = map(fp64, tensors)
        return reference_attention_fp64(q, k, v, k_ref, v_ref, self.heads, self.unconditional_rows)

    def launch(self, inputs: Sequence[Tensor], arch: str = ARCH, tactic: int = 0) -> Result:
        """Run the kernel on q, k, v, k_ref, v_ref where they lie, into a poisoned result."""
        result = Result(inputs[0].shape, self.dtype)
        pointers = [*inputs, result.view]
        named = dict(zip(("q", "k", "v", "k_ref", "v_ref", "out"), pointers, strict=True))
        problem = problem_of(named, self.heads, self.unconditional_rows)
        jit(launches(problem, self.dtype, arch)[tactic], pointers)
        return result

    def run(
        self, tensors: Sequence[Tensor], arch: str = ARCH, tactic: int = 0, pack: bool = False
    ) -> Tensor:
        """The kernel's result on copies of `tensors` in poisoned memory, checked for strays."""
        return self.launch(in_poison(tensors, pack), arch, tactic).checked().cpu()

    def check(self, arch: str = ARCH, tactic: int = 0, pack: bool = False) -> None:
        """Draw, run, and compare with fp64 and with torch's own attention."""
        tensors = self.draw()
        found = self.run(tensors, arch=arch, tactic=tactic, pack=pack)
        plain = plain_reference_attention(*tensors, self.heads, self.unconditional_rows)
        check_error(found, self.exact(tensors), plain, self.dtype)


def in_poison(tensors: Sequence[Tensor], pack: bool = False) -> list[Tensor]:
    """Copies of q, k, v, k_ref, v_ref, each in its own allocation or q, k, v in one buffer."""
    own, extra = tensors[:3], tensors[3:]
    return [*(packed(own) if pack else map(poisoned, own)), *map(poisoned, extra)]
