"""The backend that runs a bundle's plans on a GPU."""

from typing import Any

from mimo_runtime.arrays import Floats
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.cuda.gpu import Gpu
from mimo_runtime.engines.cuda.kernel import load_kernels
from mimo_runtime.engines.cuda.latents import KERNELS, CudaLatents
from mimo_runtime.engines.cuda.tensor import Memory
from mimo_runtime.engines.footprint import Footprint
from mimo_runtime.engines.memory import require_gpu_memory
from mimo_runtime.engines.tensorrt.engine import TensorRTEngine
from mimo_runtime.engines.tensorrt.library import load_library
from mimo_runtime.engines.tensorrt.loading import PlanLoader
from mimo_runtime.plans.choice import PlanQuery, open_plan
from mimo_runtime.plans.folder import PlanFolder
from mimo_runtime.plans.manifest import PlanManifest


class TensorRTBackend:
    """All components of a plan, loaded at once so that the scratch they share is made once."""

    def __init__(self, name: str, trt: Any, gpu: Gpu, bundle: Bundle, plan: PlanFolder) -> None:
        self.name = name
        self.bundle = bundle
        self._trt = trt
        self._gpu = gpu
        self._plan = plan
        needed_bytes = _resident_bytes(plan.manifest)
        self.require_memory(needed_bytes, f"The plan {plan.path}", "use a bundle of a smaller size")
        self._kernels = load_kernels(gpu, plan, KERNELS)
        loader = PlanLoader(trt)
        self._loaded = {part: loader.load(plan, part) for part in plan.manifest.components}
        scratch_bytes = max(engine.device_memory_size_v2 for engine in self._loaded.values())
        self._scratch = Memory(gpu, scratch_bytes)

    def load(self, component: str) -> TensorRTEngine:
        """The engine of a component.

        Raises:
            PlanError: the plan was built without it.
        """
        described = self._plan.component(component).component()
        engine = self._loaded[component]
        return TensorRTEngine(self._trt, self._gpu, engine, described, self._scratch)

    def footprint(self, component: str) -> Footprint:  # noqa: ARG002
        """Nothing: all components and the scratch of all are there already."""
        return Footprint(0, 0)

    def release(self, component: str) -> None:
        """Nothing: the components of a plan stay together."""

    def require_memory(self, needed_bytes: int, what: str, way_out: str) -> None:
        """Refuse what is larger than the GPU's free memory."""
        ways_out = f"end other programs that use the GPU, {way_out}, or take the engine onnxruntime"
        require_gpu_memory(needed_bytes, self._gpu.free_bytes(), what, ways_out)

    def new_latents(
        self,
        shape: tuple[int, ...],
        branches: int,
        coefficients: Floats,
        history: Floats | None = None,
    ) -> CudaLatents:
        """Slots for latents on the GPU."""
        return CudaLatents(self._gpu, self._kernels, shape, branches, coefficients, history)


def open_tensorrt(bundle: Bundle, engine: str) -> TensorRTBackend:
    """The plans of `bundle` for `engine` (tensorrt or tensorrt-rtx) on the first GPU.

    Raises:
        UnsupportedError: no GPU, or the library is not installed.
        PlanError: no plan fits this GPU and this library.
        ResourceError: the GPU has too little free memory.
    """
    gpu = Gpu()
    trt = load_library(engine, gpu.device)
    wanted = PlanQuery(engine, trt.__version__, gpu.device.arch, bundle.digest)
    return TensorRTBackend(engine, trt, gpu, bundle, open_plan(bundle, wanted))


def _resident_bytes(manifest: PlanManifest) -> int:
    """Weights of all components and the scratch that they share, as far as the plan knows."""
    weights = sum(component.weights_bytes for component in manifest.components.values())
    scratch = [component.device_memory_bytes or 0 for component in manifest.components.values()]
    return weights + max(scratch, default=0)
