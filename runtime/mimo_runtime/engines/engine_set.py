"""The engines of one bundle, each loaded when it is first needed."""

import threading

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.backend import Backend
from mimo_runtime.engines.engine import BoundPass, Engine


class EngineSet:
    """Loads each component once, also when several threads ask for it at the same time."""

    def __init__(self, backend: Backend) -> None:
        self.new_latents = backend.new_latents
        self.require_memory = backend.require_memory
        self._backend = backend
        self._engines: dict[str, Engine] = {}
        self._lock = threading.Lock()

    @property
    def bundle(self) -> Bundle:
        """The bundle whose components these are."""
        return self._backend.bundle

    def get(self, name: str) -> Engine:
        """The engine of component `name`.

        Raises:
            BundleError: the component does not load.
            ResourceError: its weights are larger than the memory at hand.
        """
        with self._lock:
            if name not in self._engines:
                self._engines[name] = self._backend.load(name)
            return self._engines[name]

    def bind(self, name: str) -> BoundPass:
        """A pass of component `name` with buffers of its own."""
        return self.get(name).bind()
