"""The backend that runs everywhere: ONNX Runtime on the CPU."""

from mimo_runtime.arrays import Floats
from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.cpu_footprint import onnxruntime_footprint
from mimo_runtime.engines.footprint import Footprint
from mimo_runtime.engines.latents import HostLatents
from mimo_runtime.engines.memory import require_memory
from mimo_runtime.engines.onnxruntime_engine import OrtEngine


class OrtBackend:
    """A bundle's own graphs on the CPU; `threads` of one pass, 0 for one per core."""

    name = "onnxruntime"

    def __init__(self, bundle: Bundle, threads: int = 0) -> None:
        self.bundle = bundle
        self._threads = threads

    def load(self, component: str) -> OrtEngine:
        """Load a component, if it fits into memory."""
        found = self.bundle.component(component)
        require_memory(
            self.footprint(component).resident_bytes,
            f"The component {component}",
            "end other programs or use a machine with more",
        )
        return OrtEngine(self.bundle.path(component), found, self._threads)

    def footprint(self, component: str) -> Footprint:
        """What a component takes of main memory."""
        found = self.bundle.component(component)
        return onnxruntime_footprint(component, found, self.bundle.manifest.weights)

    def release(self, component: str) -> None:
        """Nothing is kept here."""

    def require_memory(self, needed_bytes: int, what: str, way_out: str) -> None:
        """Refuse what is larger than this machine's free memory."""
        require_memory(needed_bytes, what, way_out)

    def new_latents(
        self,
        shape: tuple[int, ...],
        branches: int,
        coefficients: Floats,
        history: Floats | None = None,
    ) -> HostLatents:
        """Slots for latents, as arrays."""
        return HostLatents(shape, branches, coefficients, history)
