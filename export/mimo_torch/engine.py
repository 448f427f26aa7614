"""One component of a bundle, run by torch."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mimo_networks.config import LATENT_CHANNELS
from mimo_runtime.bundle import Component, TensorSpec
from mimo_runtime.errors import BundleError
from mimo_torch.gpu_memory import told_in_a_sentence
from mimo_torch.tensor import DeviceTensor, torch_dtype

Run = Callable[[Sequence[Tensor], Sequence[Tensor]], None]


@dataclass(frozen=True, slots=True)
class DeviceContext:
    """Where passes run: a device, the layout of maps there, and the lock of its one stream."""

    device: torch.device
    channels_last: bool
    lock: threading.Lock


class TorchPass:
    """An engine with tensors on its device."""

    def __init__(self, engine: "TorchEngine", buffers: Mapping[str, DeviceTensor]) -> None:
        self.buffers = buffers
        self._engine = engine
        component = engine.component
        self._inputs = [buffers[spec.name].values for spec in component.inputs]
        self._outputs = [buffers[spec.name].values for spec in component.outputs]

    def run(self) -> None:
        """Compute the outputs from the inputs, in place.

        Raises:
            ResourceError: the GPU's memory is too small for the first pass.
        """
        self._engine.run(self._inputs, self._outputs)


class TorchEngine:
    """A component as a torch module; `run` computes outputs from inputs in place."""

    def __init__(self, component: Component, run: Run, context: DeviceContext) -> None:
        self.component = component
        self._run = run
        self._context = context

    def run(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> None:
        """One pass; passes of one device take turns."""
        with self._context.lock, torch.inference_mode(), told_in_a_sentence(self.component.file):
            self._run(inputs, outputs)

    def bind(self, shared: Mapping[str, DeviceTensor] | None = None) -> TorchPass:
        """Bind new buffers, except those in `shared`, which are used as they are."""
        buffers = dict(shared or {})
        specs = (*self.component.inputs, *self.component.outputs)
        if strange := sorted(buffers.keys() - {spec.name for spec in specs}):
            raise BundleError(
                f"{self.component.file} has no tensor '{strange[0]}'; the bundle's parts do not "
                "fit together, export it again."
            )
        with told_in_a_sentence(f"the buffers of {self.component.file}"):
            for spec in specs:
                if spec.name not in buffers:
                    buffers[spec.name] = self._empty(spec)
                _check_buffer(spec, buffers[spec.name])
        return TorchPass(self, buffers)

    def _empty(self, spec: TensorSpec) -> DeviceTensor:
        values = torch.zeros(spec.shape, dtype=torch_dtype(spec.dtype), device=self._context.device)
        wide = values.ndim == 4 and values.shape[1] > LATENT_CHANNELS
        if self._context.channels_last and wide:
            values = values.contiguous(memory_format=torch.channels_last)
        return DeviceTensor(values)


def eager(module: nn.Module) -> Run:
    """Run a module operator by operator."""

    def run(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> None:
        found = module(*inputs)
        results = found if isinstance(found, tuple) else (found,)
        for wanted, made in zip(outputs, results, strict=True):
            wanted.copy_(made)

    return run


def _check_buffer(spec: TensorSpec, buffer: DeviceTensor) -> None:
    if buffer.shape != spec.shape or str(buffer.dtype) != spec.dtype:
        raise BundleError(
            f"The buffer for {spec} is {buffer.dtype} {list(buffer.shape)}; the bundle's parts do "
            "not fit together, export it again."
        )
