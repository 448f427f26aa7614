"""The backend that works wherever torch does."""

import threading
from dataclasses import replace

import torch

from mimo_runtime.arrays import Floats
from mimo_runtime.bundle import Bundle, Component, TensorSpec
from mimo_runtime.engines.cpu_footprint import is_large, torch_footprint
from mimo_runtime.engines.footprint import Footprint
from mimo_runtime.engines.large_blocks import give_back_large_blocks
from mimo_runtime.engines.memory import require_gpu_memory, require_memory
from mimo_runtime.errors import UnsupportedError
from mimo_torch.engine import DeviceContext, TorchEngine, eager
from mimo_torch.gpu_memory import (
    WAY_OUT,
    free_bytes,
    told_in_a_sentence,
)
from mimo_torch.graphed import GraphedModule
from mimo_torch.latents import TorchLatents
from mimo_torch.modules import ComponentModules
from mimo_torch.networks import Networks
from mimo_torch.switches import Switches

# Run for every frame or step; the others run once per character and need no graph.
_REPEATED = ("vae_encoder", "condition", "denoiser", "denoiser_unguided", "vae_decoder")


class TorchBackend:
    """A bundle's networks in torch: fp16 with kernels and CUDA graphs on a GPU, fp32 on a CPU."""

    name = "torch"

    def __init__(self, bundle: Bundle, device: torch.device, switches: Switches) -> None:
        switches.fit_a_bundle()
        self.bundle = bundle
        self._on_gpu = device.type == "cuda"
        self._switches = switches
        self._context = DeviceContext(device, switches.channels_last, threading.Lock())
        dtype = torch.float16 if self._on_gpu else torch.float32
        networks = Networks(bundle, device, dtype)
        self._modules = ComponentModules(networks, bundle.manifest, switches)
        self._pool = torch.cuda.graph_pool_handle() if self._graphs else None

    def load(self, component: str) -> TorchEngine:
        """Load a component, if its weights and buffers fit into memory.

        Raises:
            BundleError: the bundle is damaged.
            ResourceError: it is larger than the GPU's free memory.
        """
        found = self.bundle.component(component)
        if self._on_gpu:
            found = component_in_half(found)
        elif is_large(found):
            give_back_large_blocks()
        what = f"The component {component}"
        self.require_memory(self.footprint(component).resident_bytes, what, WAY_OUT)
        with told_in_a_sentence(what), self._context.lock:
            module = self._modules.make(component)
        graphed = self._graphs and component in _REPEATED
        run = GraphedModule(module, self._pool) if graphed else eager(module)
        return TorchEngine(found, run, self._context)

    def footprint(self, component: str) -> Footprint:
        """What a component takes beyond the networks that are loaded."""
        found = self.bundle.component(component)
        if not self._on_gpu:
            return torch_footprint(component, found, self.bundle.manifest.weights)
        half = component_in_half(found)
        resident_bytes = self._modules.missing_bytes(component) + buffers_bytes(half)
        return Footprint(resident_bytes, found.working_bytes // 2)

    def release(self, component: str) -> None:
        """Forget the networks that only this component needed."""
        self._modules.release(component)

    def require_memory(self, needed_bytes: int, what: str, way_out: str) -> None:
        """Refuse what does not fit beside what is loaded.

        Raises:
            ResourceError: `what` with both figures, and the way out.
        """
        if self._on_gpu:
            require_gpu_memory(needed_bytes, free_bytes(self._context.device), what, way_out)
        else:
            require_memory(needed_bytes, what, way_out)

    def new_latents(
        self,
        shape: tuple[int, ...],
        branches: int,
        coefficients: Floats,
        history: Floats | None = None,
    ) -> TorchLatents:
        """Slots for latents on the device, in fp32."""
        kind = TorchLatents
        if self._on_gpu and self._switches.fused_step:
            from mimo_torch.fused_latents import FusedLatents

            kind = FusedLatents
        with told_in_a_sentence("the latents of this clip"):
            return kind(shape, branches, coefficients, self._context.device, history)

    @property
    def _graphs(self) -> bool:
        return self._on_gpu and self._switches.cuda_graph


def open_torch(
    bundle: Bundle, device: str | None = None, switches: Switches | None = None
) -> TorchBackend:
    """Open a bundle on a GPU if there is one, else on the CPU.

    `device` is torch's name of one, such as "cuda:1". `switches` default to all on a GPU and, on
    a CPU, to those of the bundle, with which no weight is copied.

    Raises:
        UnsupportedError: the bundle holds no networks, or there is no such device.
        BundleError: the networks that it holds are damaged.
        InvalidRequestError: a switch is off that a bundle cannot do without.
    """
    chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if chosen.startswith("cuda") and not torch.cuda.is_available():
        raise UnsupportedError(
            f"torch {torch.__version__} finds no GPU for '{chosen}'; use the device cpu or "
            "another engine."
        )
    usual = Switches.every() if chosen.startswith("cuda") else Switches.of_a_bundle()
    return TorchBackend(bundle, torch.device(chosen), switches or usual)


def component_in_half(component: Component) -> Component:
    """The same component with fp16 in place of fp32."""
    return replace(
        component,
        inputs=tuple(_in_half(spec) for spec in component.inputs),
        outputs=tuple(_in_half(spec) for spec in component.outputs),
    )


def buffers_bytes(component: Component) -> int:
    """Bytes of a pass's tensors and of the graph's own."""
    return 2 * sum(spec.size_bytes for spec in (*component.inputs, *component.outputs))


def _in_half(spec: TensorSpec) -> TensorSpec:
    return replace(spec, dtype="float16") if spec.dtype == "float32" else spec
