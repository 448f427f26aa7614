"""The latents of a sequence on an engine's device, and the arithmetic between its passes."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.engines.engine import Array, Tensor

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


class LatentState(Protocol):
    """Latents [places, 4, h, w] and the sum of what the windows of a step predict for them.

    Made from noise, the number of halves of a prediction (2 with guidance, the unconditional one
    first), `shares` float32 [places], which a summed prediction is multiplied with, and
    `coefficients` float32 [steps, 3]: the scales of the sample and of the prediction, and the
    guidance of each step. Tensors given to it are those of the same backend.
    """

    def take(self, places: Places, out: Any) -> None:
        """Copy the latents of `places` to the first rows of `out`."""

    def add(self, prediction: Any, places: Places) -> None:
        """Add the first rows of `prediction` [halves, frames, 4, h, w] to the sums of `places`."""

    def advance(self, step: int) -> None:
        """Guidance, then the solver step x = a x + b v; the sums begin anew."""

    def row(self, place: int, out: Any) -> None:
        """Copy the latents of one place to `out` [1, 4, h, w]."""

    def __array__(self) -> Array:
        """The latents on the host."""


class HostLatents:
    """The latents as numpy arrays. `latents` is changed in place."""

    def __init__(self, latents: Floats, halves: int, shares: Floats, coefficients: Floats) -> None:
        self._latents = latents
        self._shares = shares.reshape(-1, 1, 1, 1)
        self._coefficients = coefficients
        self._sum = np.zeros((halves, *latents.shape), np.float32)
        self._scratch = np.empty_like(latents)

    def take(self, places: Places, out: Tensor) -> None:
        """Copy the latents of `places` to the first rows of `out`."""
        np.take(self._latents, places, axis=0, out=np.asarray(out)[: len(places)])

    def add(self, prediction: Tensor, places: Places) -> None:
        """Add the first rows of each half of `prediction` to the sums of `places`."""
        for total, half in zip(self._sum, np.asarray(prediction), strict=True):
            total[places] += half[: len(places)]

    def advance(self, step: int) -> None:
        """Guidance, then the solver step, in place."""
        sample_scale, prediction_scale, guidance = self._coefficients[step]
        self._sum *= self._shares
        velocity = self._sum[-1]
        if len(self._sum) == 2:
            velocity -= self._sum[0]
            velocity *= guidance
            velocity += self._sum[0]
        self._latents *= sample_scale
        np.multiply(velocity, prediction_scale, out=self._scratch)
        self._latents += self._scratch
        self._sum[...] = 0

    def row(self, place: int, out: Tensor) -> None:
        """Copy the latents of one place to `out` [1, 4, h, w]."""
        out[...] = self._latents[place : place + 1]

    def __array__(self) -> Array:
        """The latents themselves, not a copy."""
        return self._latents
