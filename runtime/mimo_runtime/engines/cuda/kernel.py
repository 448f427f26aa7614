"""Kernels of ours, compiled ahead of time and kept beside the plans."""

from collections.abc import Mapping, Sequence

import numpy as np

from mimo_runtime.engines.cuda.gpu import Gpu
from mimo_runtime.plans.folder import PlanFolder
from mimo_runtime.plans.kernel import PlanKernel

_UNASKED_SHARED_BYTES = 48 << 10


class Kernel:
    """A loaded kernel. It takes pointers only; sizes and strides are compiled in."""

    def __init__(self, gpu: Gpu, image: bytes, described: PlanKernel) -> None:
        self.constants = described.constants
        self._gpu = gpu
        self._described = described
        (self._module,) = gpu.call("cuModuleLoadData", image + b"\0")
        entry = described.entry.encode()
        (self._function,) = gpu.call("cuModuleGetFunction", self._module, entry)
        if described.shared_bytes > _UNASKED_SHARED_BYTES:
            gpu.allow_shared_memory(self._function, described.shared_bytes)

    def launch(self, grid: tuple[int, int, int], addresses: Sequence[int]) -> None:
        """Ask the stream to run it on tensors at `addresses`, in the order of its arguments."""
        pointers = np.array(addresses, np.uint64)
        described = self._described
        self._gpu.launch(self._function, grid, described.block, described.shared_bytes, pointers)


def load_kernels(gpu: Gpu, plan: PlanFolder, names: Sequence[str]) -> Mapping[str, Kernel]:
    """Kernels of a plan by name.

    Raises:
        PlanError: the plan was built without one of them.
    """
    found = [plan.kernel(name) for name in names]
    return {
        described.name: Kernel(gpu, (plan.path / described.file).read_bytes(), described)
        for described in found
    }
