"""The latents of a sequence on a GPU; nothing here waits for the device but the throttle."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats
from mimo_runtime.bundle import TensorSpec
from mimo_runtime.engines.cuda.gpu import Gpu
from mimo_runtime.engines.cuda.handles import Event
from mimo_runtime.engines.cuda.kernel import Kernel
from mimo_runtime.engines.cuda.tensor import Array, DeviceTensor, allocate
from mimo_runtime.engines.latents import Slots

KERNELS = (
    "gather_latents",
    "accumulate_1",
    "accumulate_2",
    "solver_step_1",
    "solver_step_2",
    "increment_step",
)


class CudaLatents:
    """`LatentState` by the plan's `KERNELS`; the number in a name is that of the branches.

    Sums lie as [slots, branches, 4, h, w], so that the kernels need not know how long the sequence
    is. The step is counted on the device. A step of second order is three launches of the same
    kernel: one makes the clean picture, one moves the latents, one adds the clean picture of the
    step before. The host runs ahead of the device by one solver step at
    most, so that a cancelled stream ends soon.
    """

    def __init__(
        self,
        gpu: Gpu,
        kernels: Mapping[str, Kernel],
        shape: tuple[int, ...],
        branches: int,
        coefficients: Floats,
        history: Floats | None = None,
    ) -> None:
        self._gpu = gpu
        self._gather = kernels["gather_latents"]
        self._accumulate = kernels[f"accumulate_{branches}"]
        self._solver_step = kernels[f"solver_step_{branches}"]
        self._add_clean = kernels["solver_step_1"]
        self._increment_step = kernels["increment_step"]
        slots, *size = shape
        self._branches = branches
        self._blocks = -(-int(np.prod(size)) // int(self._gather.constants["block"]))
        specs: tuple[TensorSpec, ...] = (
            TensorSpec("latents", shape, "float32"),
            TensorSpec("total", (slots, branches, *size), "float32"),
            TensorSpec("coefficients", coefficients.shape, "float32"),
            TensorSpec("step", (1,), "int32"),
        )
        self._has_history = history is not None
        if history is not None:
            specs += _history_specs(shape, branches, coefficients.shape)
        self._tensors = allocate(gpu, specs)
        self._tensors["coefficients"][...] = coefficients
        if history is not None:
            ones = np.ones(len(history))
            clean = np.stack([history[:, 1], history[:, 2], coefficients[:, 2]], axis=1)
            adding = np.stack([ones, history[:, 0], ones], axis=1)
            self._tensors["clean_coefficients"][...] = clean.astype(np.float32)
            self._tensors["adding_coefficients"][...] = adding.astype(np.float32)
        self._weights = np.ones(slots, np.float32)
        self._step = 0
        self._constants: dict[tuple[str, bytes], DeviceTensor] = {}
        self._ahead: Event | None = None

    def write(self, first: int, latents: Floats, weights: Floats) -> None:
        """Put new latents and their weights into the slots from `first` on."""
        self._tensors["latents"][first : first + len(latents)] = latents
        self._weights[first : first + len(latents)] = weights

    def gather(self, slots: Slots, out: DeviceTensor) -> None:
        """Copy the latents of `slots` to the first rows of `out`."""
        addresses = self._address("latents"), self._constant(slots), out.address
        self._gather.launch((self._blocks, len(slots), 1), addresses)

    def accumulate(self, prediction: DeviceTensor, slots: Slots) -> None:
        """Add the first rows of each branch of `prediction` to the sums of `slots`."""
        addresses = prediction.address, self._constant(slots), self._address("total")
        self._accumulate.launch((self._blocks, len(slots), self._branches), addresses)

    def step(self, index: int, first: int, last: int) -> None:
        """Guidance, then the solver step of some slots; their sums begin anew."""
        if index != self._step:
            self._tensors["step"][...] = np.array([index])
        weights = self._weights[first:last]
        if self._has_history:
            for kept, name in (("clean", "latents"), ("clean_total", "total")):
                self._tensors[kept][first:last] = self._tensors[name].rows(first, last)
            self._move(weights, "clean_coefficients", "clean", "clean_total", first, last)
        self._move(weights, "coefficients", "latents", "total", first, last)
        if self._has_history:
            self._add(first, last)
        self._increment_step.launch((1, 1, 1), [self._address("step")])
        self._step = index + 1
        reached, self._ahead = self._ahead, self._gpu.mark()
        if reached is not None:
            reached.wait()

    def read(self, slot: int, out: DeviceTensor) -> None:
        """Copy the latents of one slot to `out` [1, 4, h, w]."""
        out[...] = self._tensors["latents"].row(slot)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self._tensors["latents"])

    def _move(
        self, weights: Floats, coefficients: str, latents: str, total: str, first: int, last: int
    ) -> None:
        addresses = (
            self._constant(weights),
            self._address(coefficients),
            self._address("step"),
            self._tensors[latents].row(first).address,
            self._tensors[total].row(first).address,
        )
        self._solver_step.launch((self._blocks, last - first, 1), addresses)

    def _add(self, first: int, last: int) -> None:
        """Add what the step before left; what this one made takes its place."""
        before = self._tensors["before"]
        addresses = (
            self._constant(np.ones(last - first, np.float32)),
            self._address("adding_coefficients"),
            self._address("step"),
            self._tensors["latents"].row(first).address,
            before.row(first).address,
        )
        self._add_clean.launch((self._blocks, last - first, 1), addresses)
        before[first:last] = self._tensors["clean"].rows(first, last)

    def _address(self, name: str) -> int:
        return self._tensors[name].address

    def _constant(self, values: NDArray[Any]) -> int:
        """Address of slots or weights, uploaded when first seen: the same few come again."""
        key = (values.dtype.name, values.tobytes())
        if key not in self._constants:
            spec = TensorSpec("constant", values.shape, values.dtype.name)
            self._constants[key] = allocate(self._gpu, [spec])["constant"]
            self._constants[key][...] = values
        return self._constants[key].address


def _history_specs(
    shape: tuple[int, ...], branches: int, coefficients: tuple[int, ...]
) -> tuple[TensorSpec, ...]:
    """What a solver of second order keeps."""
    slots, *size = shape
    return (
        TensorSpec("before", shape, "float32"),
        TensorSpec("clean", shape, "float32"),
        TensorSpec("clean_total", (slots, branches, *size), "float32"),
        TensorSpec("clean_coefficients", coefficients, "float32"),
        TensorSpec("adding_coefficients", coefficients, "float32"),
    )
