"""The latents of a sequence by our kernels."""

from typing import Any

import torch

from mimo_kernels.latents import torch_op as latents_torch
from mimo_runtime.arrays import Floats
from mimo_runtime.engines.latents import Slots
from mimo_torch.latents import TorchLatents


class FusedLatents(TorchLatents):
    """The same by the kernels of `mimo_kernels.latents.torch_op`: one launch per operation.

    A step of second order is done in torch operators.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        branches: int,
        coefficients: Floats,
        device: torch.device,
        history: Floats | None = None,
    ) -> None:
        super().__init__(shape, branches, coefficients, device, history)
        self._step = torch.zeros(1, dtype=torch.int32, device=device)

    def gather(self, slots: Slots, out: Any) -> None:
        """Copy the latents of `slots` to the first rows of `out`."""
        latents_torch.gather_latents(self.latents, self.on_device(slots), out.values)

    def accumulate(self, prediction: Any, slots: Slots) -> None:
        """Add the first rows of each branch of `prediction` to the sums of `slots`."""
        latents_torch.accumulate(self.total, prediction.values, self.on_device(slots))

    def step(self, index: int, first: int, last: int) -> None:
        """Guidance, then the solver step of some slots, in place."""
        if self.history is not None:
            super().step(index, first, last)
            return
        self._step.fill_(index)
        state = self.latents[first:last], self.total[first:last], self.weights(first, last)
        latents_torch.solver_step(*state, self.coefficients, self._step)
