"""The engines of one bundle, each loaded when it is first needed."""

import threading

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.engine import BoundPass, Engine
from mimo_runtime.engines.memory import require_memory
from mimo_runtime.engines.onnxruntime_engine import OrtEngine


class EngineSet:
    """Loads each component once, also when several threads ask for it at the same time."""

    def __init__(self, bundle: Bundle, threads: int = 0) -> None:
        self.bundle = bundle
        self._threads = threads
        self._engines: dict[str, Engine] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> Engine:
        """The engine of component `name`.

        Raises:
            BundleError: the component does not load.
            ResourceError: its weights are larger than the memory at hand.
        """
        with self._lock:
            if name not in self._engines:
                component = self.bundle.component(name)
                require_memory(
                    component.weights_bytes,
                    f"The component {name}",
                    "end other programs or use a machine with more",
                )
                self._engines[name] = OrtEngine(self.bundle.path(name), component, self._threads)
            return self._engines[name]

    def bind(self, name: str) -> BoundPass:
        """A pass of component `name` with buffers of its own."""
        return self.get(name).bind()
