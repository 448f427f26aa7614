"""The latents of a sequence by our kernels."""

from typing import Any

import torch

from mimo_kernels import latents_torch
from mimo_runtime.engines.latents import Floats, Places
from mimo_torch.latents import TorchLatents


class FusedLatents(TorchLatents):
    """The same by the kernels of `mimo_kernels.latents_torch`: one launch per operation."""

    def __init__(
        self,
        latents: Floats,
        halves: int,
        shares: Floats,
        coefficients: Floats,
        device: torch.device,
    ) -> None:
        super().__init__(latents, halves, shares, coefficients, device)
        self._step = torch.zeros(1, dtype=torch.int32, device=device)

    def take(self, places: Places, out: Any) -> None:
        """Copy the latents of `places` to the first rows of `out`."""
        latents_torch.take_rows(self.latents, self.on_device(places), out.values)

    def add(self, prediction: Any, places: Places) -> None:
        """Add the first rows of each half of `prediction` to the sums of `places`."""
        latents_torch.add_rows(self.total, prediction.values, self.on_device(places))

    def advance(self, step: int) -> None:
        """Guidance, then the solver step, in place."""
        self._step.fill_(step)
        latents_torch.advance(self.latents, self.total, self.shares, self.coefficients, self._step)
