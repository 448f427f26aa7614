"""The latents of a sequence on a GPU; nothing here waits for the device but the throttle."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mimo_runtime.bundle import TensorSpec
from mimo_runtime.engines.cuda.gpu import Gpu
from mimo_runtime.engines.cuda.handles import Event
from mimo_runtime.engines.cuda.kernel import Kernel
from mimo_runtime.engines.cuda.tensor import Array, DeviceTensor, allocate
from mimo_runtime.engines.latents import Floats, Places

KERNELS = ("take_rows", "add_rows_1", "add_rows_2", "advance_1", "advance_2", "next_step")


class CudaLatents:
    """`LatentState` by the plan's `KERNELS`; the number in a name is that of the halves.

    Sums lie as [places, halves, 4, h, w], so that the kernels need not know how long the sequence
    is. The step is counted on the device. The host runs ahead of the device by one step at most,
    so that a cancelled job ends soon.
    """

    def __init__(
        self,
        gpu: Gpu,
        kernels: Mapping[str, Kernel],
        latents: Floats,
        halves: int,
        shares: Floats,
        coefficients: Floats,
    ) -> None:
        self._gpu = gpu
        self._take = kernels["take_rows"]
        self._add = kernels[f"add_rows_{halves}"]
        self._advance = kernels[f"advance_{halves}"]
        self._next_step = kernels["next_step"]
        places, *size = latents.shape
        self._count = places
        self._halves = halves
        self._blocks = -(-int(np.prod(size)) // int(self._take.constants["block"]))
        specs = (
            TensorSpec("latents", latents.shape, "float32"),
            TensorSpec("total", (places, halves, *size), "float32"),
            TensorSpec("shares", shares.shape, "float32"),
            TensorSpec("coefficients", coefficients.shape, "float32"),
            TensorSpec("step", (1,), "int32"),
        )
        self._tensors = allocate(gpu, specs)
        for name, values in (
            ("latents", latents),
            ("shares", shares),
            ("coefficients", coefficients),
        ):
            self._tensors[name][...] = values
        self._step = 0
        self._windows: dict[bytes, DeviceTensor] = {}
        self._ahead: Event | None = None

    def take(self, places: Places, out: DeviceTensor) -> None:
        """Copy the latents of `places` to the first rows of `out`."""
        addresses = self._address("latents"), self._places(places), out.address
        self._take.launch((self._blocks, len(places), 1), addresses)

    def add(self, prediction: DeviceTensor, places: Places) -> None:
        """Add the first rows of each half of `prediction` to the sums of `places`."""
        addresses = prediction.address, self._places(places), self._address("total")
        self._add.launch((self._blocks, len(places), self._halves), addresses)

    def advance(self, step: int) -> None:
        """Guidance, then the solver step; the sums begin anew."""
        if step != self._step:
            self._tensors["step"][...] = np.array([step])
        names = "shares", "coefficients", "step", "latents", "total"
        self._advance.launch((self._blocks, self._count, 1), [self._address(n) for n in names])
        self._next_step.launch((1, 1, 1), [self._address("step")])
        self._step = step + 1
        reached, self._ahead = self._ahead, self._gpu.mark()
        if reached is not None:
            reached.wait()

    def row(self, place: int, out: DeviceTensor) -> None:
        """Copy the latents of one place to `out` [1, 4, h, w]."""
        out[...] = self._tensors["latents"].row(place)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(self._tensors["latents"])

    def _address(self, name: str) -> int:
        return self._tensors[name].address

    def _places(self, places: Places) -> int:
        """Address of a window's places, uploaded when it is first seen."""
        key = places.tobytes()
        if key not in self._windows:
            spec = TensorSpec("places", places.shape, "int64")
            self._windows[key] = allocate(self._gpu, [spec])["places"]
            self._windows[key][...] = places
        return self._windows[key].address
