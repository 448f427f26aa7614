"""The latents of a sequence as torch tensors, and the arithmetic between passes."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mimo_runtime.arrays import Floats
from mimo_runtime.engines.latents import Slots
from mimo_torch.tensor import DeviceTensor


class TorchLatents:
    """`LatentState` in torch operators; arguments as there, on `device`.

    `total` [slots, branches, 4, h, w] is the sum of what was predicted since the last step.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        branches: int,
        coefficients: Floats,
        device: torch.device,
        history: Floats | None = None,
    ) -> None:
        self.latents = torch.zeros(shape, device=device)
        self.total = torch.zeros((shape[0], branches, *shape[1:]), device=device)
        self.coefficients = torch.tensor(coefficients, device=device)
        self.history = None if history is None else torch.tensor(history, device=device)
        self.clean = torch.zeros(shape if history is not None else 0, device=device)
        self._weights = np.ones(shape[0], np.float32)
        self._constants: dict[tuple[str, bytes], Tensor] = {}

    def write(self, first: int, latents: Floats, weights: Floats) -> None:
        """Put new latents and their weights into the slots from `first` on."""
        self.latents[first : first + len(latents)] = torch.from_numpy(latents)
        self._weights[first : first + len(latents)] = weights

    def gather(self, slots: Slots, out: Any) -> None:
        """Copy the latents of `slots` to the first rows of `out`."""
        out.values[: len(slots)] = self.latents[self.on_device(slots)]

    def accumulate(self, prediction: Any, slots: Slots) -> None:
        """Add the first rows of each branch of `prediction` to the sums of `slots`."""
        rows = prediction.values[:, : len(slots)].transpose(0, 1).float()
        self.total.index_add_(0, self.on_device(slots), rows)

    def step(self, index: int, first: int, last: int) -> None:
        """Guidance, then the solver step of some slots, in place."""
        sample_scale, prediction_scale, guidance = self.coefficients[index]
        velocity = self.total[first:last] * self.weights(first, last)[:, None, None, None, None]
        guided = velocity[:, -1]
        if velocity.shape[1] == 2:
            guided = velocity[:, 0] + guidance * (guided - velocity[:, 0])
        latents = self.latents[first:last]
        if self.history is None:
            latents.mul_(sample_scale).add_(guided * prediction_scale)
        else:
            scale, clean_sample, clean_prediction = self.history[index]
            before = self.clean[first:last].clone()
            self.clean[first:last] = latents * clean_sample + guided * clean_prediction
            latents.mul_(sample_scale).add_(guided * prediction_scale).add_(before * scale)
        self.total[first:last].zero_()

    def read(self, slot: int, out: DeviceTensor) -> None:
        """Copy the latents of one slot to `out` [1, 4, h, w]."""
        out.values.copy_(self.latents[slot : slot + 1])

    def __array__(
        self, dtype: np.dtype[Any] | None = None, copy: bool | None = None
    ) -> NDArray[Any]:
        """The latents on the host, a copy."""
        return DeviceTensor(self.latents).__array__(dtype, copy)

    def weights(self, first: int, last: int) -> Tensor:
        """What the sums of some slots are multiplied with, as a tensor [last - first]."""
        return self.on_device(self._weights[first:last])

    def on_device(self, values: NDArray[Any]) -> Tensor:
        """Slots or weights as a tensor; the same few come again, so each is copied once."""
        key = (values.dtype.name, values.tobytes())
        if key not in self._constants:
            self._constants[key] = torch.tensor(values, device=self.latents.device)
        return self._constants[key]
