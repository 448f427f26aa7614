"""The latents of a sequence as torch tensors, and the arithmetic between passes."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mimo_runtime.engines.latents import Floats, Places
from mimo_torch.tensor import DeviceTensor


class TorchLatents:
    """`LatentState` in torch operators; arguments as there, moved to `device`.

    `total` [halves, places, 4, h, w] is the sum of this step's predictions.
    """

    def __init__(
        self,
        latents: Floats,
        halves: int,
        shares: Floats,
        coefficients: Floats,
        device: torch.device,
    ) -> None:
        self.latents = torch.tensor(latents, device=device)
        self.total = torch.zeros((len(latents), halves, *latents.shape[1:]), device=device)
        self.shares = torch.tensor(shares, device=device)
        self.coefficients = torch.tensor(coefficients, device=device)
        self._places: dict[bytes, Tensor] = {}

    def take(self, places: Places, out: Any) -> None:
        """Copy the latents of `places` to the first rows of `out`."""
        out.values[: len(places)] = self.latents[self.on_device(places)]

    def add(self, prediction: Any, places: Places) -> None:
        """Add the first rows of each half of `prediction` to the sums of `places`."""
        rows = prediction.values[:, : len(places)].transpose(0, 1).float()
        self.total.index_add_(0, self.on_device(places), rows)

    def advance(self, step: int) -> None:
        """Guidance, then the solver step, in place."""
        sample_scale, prediction_scale, guidance = self.coefficients[step]
        velocity = self.total * self.shares[:, None, None, None, None]
        guided = velocity[:, -1]
        if velocity.shape[1] == 2:
            guided = velocity[:, 0] + guidance * (guided - velocity[:, 0])
        self.latents.mul_(sample_scale).add_(guided * prediction_scale)
        self.total.zero_()

    def row(self, place: int, out: DeviceTensor) -> None:
        """Copy the latents of one place to `out` [1, 4, h, w]."""
        out.values.copy_(self.latents[place : place + 1])

    def __array__(
        self, dtype: np.dtype[Any] | None = None, copy: bool | None = None
    ) -> NDArray[Any]:
        """The latents on the host, a copy."""
        return DeviceTensor(self.latents).__array__(dtype, copy)

    def on_device(self, places: Places) -> Tensor:
        """Places as a tensor; the same few windows come again, so each is copied once."""
        key = places.tobytes()
        if key not in self._places:
            self._places[key] = torch.tensor(places, device=self.latents.device)
        return self._places[key]
