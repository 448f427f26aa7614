"""Sequences of latents, drawn and held in poisoned memory."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mimo_kernels.latents.contract import LatentsProblem, launches
from mimo_kernels.launch import Dtype, jit
from tests.kernels.poison import CANARY, MARGIN, device, drawn

Floats = NDArray[np.float32]
INTEGERS = {"i32": torch.int32, "i64": torch.int64}


class State:
    """A tensor that is changed in place, between canaries that must stay."""

    def __init__(self, values: Tensor) -> None:
        self._buffer = torch.full((values.numel() + 2 * MARGIN,), CANARY, dtype=values.dtype)
        self._buffer = self._buffer.to(device())
        self.view = self._buffer[MARGIN:-MARGIN].view(values.shape).copy_(values)

    def checked(self) -> Tensor:
        edges = torch.cat([self._buffer[:MARGIN], self._buffer[-MARGIN:]])
        assert bool((edges == CANARY).all()), "something outside was written"
        return self.view.cpu()


def held(values: Tensor) -> Tensor:
    """A copy between NaN."""
    buffer = torch.full((values.numel() + 2 * MARGIN,), float("nan"), dtype=values.dtype)
    return buffer.to(device())[MARGIN:-MARGIN].view(values.shape).copy_(values)


@dataclass(frozen=True)
class Sequence:
    """Latents [all_slots, 4, *side] and a window of `count` of them, in no order."""

    all_slots: int = 7
    side: tuple[int, int] = (3, 5)
    count: int = 4
    rows: int = 6
    branches: int = 2
    steps: int = 5

    @property
    def problem(self) -> LatentsProblem:
        size = 4 * self.side[0] * self.side[1]
        return LatentsProblem(
            self.all_slots, size, self.count, self.rows, self.branches, self.steps
        )

    def slots(self) -> NDArray[np.int64]:
        return np.random.default_rng(3).permutation(self.all_slots)[: self.count]

    def latents(self) -> Tensor:
        return drawn(1, (self.all_slots, 4, *self.side), "fp32")

    def total(self) -> Tensor:
        return drawn(2, (self.all_slots, self.branches, 4, *self.side), "fp32")

    def prediction(self, dtype: Dtype) -> Tensor:
        return drawn(4, (self.branches, self.rows, 4, *self.side), dtype)

    def window_weights(self) -> Floats:
        counts = np.random.default_rng(5).integers(1, 4, self.all_slots)
        return (1.0 / counts).astype(np.float32)

    def coefficients(self) -> Floats:
        rows = np.random.default_rng(6).normal([0.0, 0.0, 3.5], size=(self.steps, 3))
        return rows.astype(np.float32)

    def advanced(self, step: int, begun: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Latents and total after the kernel; the total is `begun` before it."""
        latents = State(self.latents())
        total = State(self.total() if begun is None else begun)
        window_weights, coefficients = (
            torch.from_numpy(a) for a in (self.window_weights(), self.coefficients())
        )
        count = torch.tensor([step], dtype=torch.int32, device=device())
        inputs = [held(window_weights), held(coefficients), count]
        jit(launches(self.problem)["solver_step"], [*inputs, latents.view, total.view])
        return latents.checked(), total.checked()


def slots_on_device(slots: NDArray[np.int64], dtype: str) -> Tensor:
    """Between slots that are far outside."""
    buffer = torch.full((len(slots) + 2 * MARGIN,), 2**30, dtype=INTEGERS[dtype]).to(device())
    return buffer[MARGIN : MARGIN + len(slots)].copy_(torch.from_numpy(slots))
