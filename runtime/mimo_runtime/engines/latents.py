"""The latents of a sequence on an engine's device, and the arithmetic between its passes."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.engines.engine import Array, Tensor

Slots = NDArray[np.int64]


class LatentState(Protocol):
    """Slots [slots, 4, h, w] for latents and the sum of what windows predict for each.

    Made from that shape, the number of guidance branches of a prediction (2 with guidance, the
    unconditional one first) and `coefficients` float32 [steps, 3]: the scales of the sample and of
    the prediction, and the guidance of each step. A solver of second order has `history` float32
    [steps, 3] too: the scale of the clean picture of the step before, and those of sample and
    prediction that make the next one (`planning.solver.History`). All is 0 at first. Each slot is
    at a step of its own, so that a long sequence may pass through a few slots. Tensors given to it
    are those of the same backend.
    """

    def write(self, first: int, latents: Floats, weights: Floats) -> None:
        """Put new latents [count, 4, h, w] into the slots from `first` on.

        `weights` float32 [count] is what the summed predictions of each are multiplied with.
        """

    def gather(self, slots: Slots, out: Any) -> None:
        """Copy the latents of `slots` to the first rows of `out`."""

    def accumulate(self, prediction: Any, slots: Slots) -> None:
        """Add the first rows of `prediction` [branches, frames, 4, h, w] to the sums of `slots`."""

    def step(self, index: int, first: int, last: int) -> None:
        """Guidance, then the solver step x = a x + b v, of the slots `first` to `last - 1`.

        Their sums begin anew.
        """

    def read(self, slot: int, out: Any) -> None:
        """Copy the latents of one slot to `out` [1, 4, h, w]."""

    def __array__(self) -> Array:
        """The latents of all slots on the host."""


class HostLatents:
    """The latents as numpy arrays, changed in place."""

    def __init__(
        self,
        shape: tuple[int, ...],
        branches: int,
        coefficients: Floats,
        history: Floats | None = None,
    ) -> None:
        self._history = history
        self._clean = None if history is None else np.zeros(shape, np.float32)
        self._latents = np.zeros(shape, np.float32)
        self._weights = np.ones((shape[0], 1, 1, 1), np.float32)
        self._coefficients = coefficients
        self._sum = np.zeros((branches, *shape), np.float32)
        self._scratch = np.empty(shape, np.float32)

    def write(self, first: int, latents: Floats, weights: Floats) -> None:
        """Put new latents and their weights into the slots from `first` on."""
        rows = slice(first, first + len(latents))
        self._latents[rows] = latents
        self._weights[rows] = weights.reshape(-1, 1, 1, 1)

    def gather(self, slots: Slots, out: Tensor) -> None:
        """Copy the latents of `slots` to the first rows of `out`."""
        np.take(self._latents, slots, axis=0, out=np.asarray(out)[: len(slots)])

    def accumulate(self, prediction: Tensor, slots: Slots) -> None:
        """Add the first rows of each branch of `prediction` to the sums of `slots`."""
        for total, branch in zip(self._sum, np.asarray(prediction), strict=True):
            total[slots] += branch[: len(slots)]

    def step(self, index: int, first: int, last: int) -> None:
        """Guidance, then the solver step of some slots, in place."""
        sample_scale, prediction_scale, guidance = self._coefficients[index]
        total, latents = self._sum[:, first:last], self._latents[first:last]
        total *= self._weights[first:last]
        velocity = total[-1]
        if len(total) == 2:
            velocity -= total[0]
            velocity *= guidance
            velocity += total[0]
        added = self._continued(index, first, last, velocity)
        latents *= sample_scale
        moved = np.multiply(velocity, prediction_scale, out=self._scratch[first:last])
        latents += moved
        if added is not None:
            latents += added
        total[...] = 0

    def _continued(self, index: int, first: int, last: int, velocity: Floats) -> Floats | None:
        """What the clean picture of the step before adds; that of this step takes its place."""
        if self._history is None or self._clean is None:
            return None
        scale, sample_scale, prediction_scale = self._history[index]
        clean = self._clean[first:last]
        added: Floats = clean * scale
        np.multiply(self._latents[first:last], sample_scale, out=clean)
        clean += velocity * prediction_scale
        return added

    def read(self, slot: int, out: Tensor) -> None:
        """Copy the latents of one slot to `out` [1, 4, h, w]."""
        out[...] = self._latents[slot : slot + 1]

    def __array__(self) -> Array:
        """The latents themselves, not a copy."""
        return self._latents
