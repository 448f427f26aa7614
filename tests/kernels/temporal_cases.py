"""Problems of the temporal attention, drawn and run in poisoned memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mimo_kernels.host import INTERPRETED, architecture
from mimo_kernels.launch import Dtype, jit
from mimo_kernels.temporal_attention.contract import TABLES, launches, temporal_attention_fp64
from mimo_kernels.temporal_attention.torch_op import plain_temporal_attention, problem_of
from tests.kernels.poison import Result, check_error, device, drawn, fp64, packed, poisoned

ARCH = architecture(device()) or INTERPRETED


@dataclass(frozen=True)
class Case:
    """Sizes of one call; `real` frames of a window are attended to, from `first` on.

    `scale` is the standard deviation of queries and keys, `table` the dtype of the positions.
    """

    branches: int = 1
    frames: int = 24
    length: int = 3
    heads: int = 2
    head_size: int = 40
    dtype: Dtype = "fp16"
    scale: float = 1.0
    real: int | None = None
    first: int = 0
    table: Dtype | None = None

    @property
    def width(self) -> int:
        return self.heads * self.head_size

    def draw(self) -> list[Tensor]:
        """q, k, v [branches * frames, length, width]; then tables [frames, width] if it has any."""
        own = (self.branches * self.frames, self.length, self.width)
        inputs = [
            drawn(seed, own, self.dtype, scale)
            for seed, scale in enumerate((self.scale,) * 2 + (1,))
        ]
        if self.table is not None:
            shape = (self.frames, self.width)
            inputs += [drawn(seed, shape, self.table) for seed in (4, 5, 6)]
        return inputs

    def mask(self) -> Tensor:
        """The frame mask bool [frames]."""
        mask = torch.zeros(self.frames, dtype=torch.bool)
        mask[self.first : self.first + (self.frames if self.real is None else self.real)] = True
        return mask

    def exact(self, tensors: Sequence[Tensor]) -> NDArray[np.float64]:
        """The operator in fp64 on the rounded inputs."""
        q, k, v, *tables = map(fp64, tensors)
        mask = self.mask().numpy()
        return temporal_attention_fp64(q, k, v, mask, self.heads, self.frames, tables or None)

    def plain(self, tensors: Sequence[Tensor]) -> Tensor:
        """What torch's own attention makes of it."""
        q, k, v, *tables = tensors
        return plain_temporal_attention(
            q, k, v, self.mask(), self.heads, self.frames, tables or None
        )

    def launch(self, inputs: Sequence[Tensor], arch: str = ARCH, tactic: int = 0) -> Result:
        """Run the kernel on `inputs` where they lie, into a poisoned result."""
        result = Result(inputs[0].shape, self.dtype)
        q, k, v, *tables = inputs
        own = {"q": q, "k": k, "v": v, "out": result.view}
        named = dict(zip(TABLES, tables, strict=True)) if tables else {}
        problem = problem_of(own, named, self.heads, self.frames)
        mask = poisoned_mask(self.mask())
        jit(launches(problem, self.dtype, arch)[tactic], [q, k, v, mask, *tables, result.view])
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
        check_error(found, self.exact(tensors), self.plain(tensors), self.dtype)


def in_poison(tensors: Sequence[Tensor], pack: bool = False) -> list[Tensor]:
    """Copies, each in an allocation of its own, or q, k, v in one buffer and the tables in one."""
    own, tables = tensors[:3], tensors[3:]
    if pack:
        return [*packed(own), *(packed(tables) if tables else ())]
    return list(map(poisoned, tensors))


def poisoned_mask(mask: Tensor) -> Tensor:
    """The mask as bytes between others that say of frames that are not there: attend to them."""
    buffer = torch.full((len(mask) + 128,), 255, dtype=torch.uint8, device=device())
    view = buffer[64 : 64 + len(mask)]
    return view.copy_(mask)
