"""The engines of one bundle, each loaded when it is first needed."""

import threading

from mimo_runtime.bundle import Bundle
from mimo_runtime.engines.backend import Backend
from mimo_runtime.engines.engine import BoundPass, Engine
from mimo_runtime.engines.footprint import Footprint


class EngineSet:
    """Loads each component once, also when several threads ask for it at the same time.

    `once` says that what is done will not be needed again: it is given back.
    """

    def __init__(self, backend: Backend, once: bool = False) -> None:
        self.name = backend.name
        self._once = once
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

    def footprint(self, name: str) -> Footprint:
        """What component `name` takes beyond what is loaded."""
        found = self._backend.footprint(name)
        loaded = name in self._engines
        return Footprint(0, found.working_bytes) if loaded else found

    def done_with(self, *names: str) -> None:
        """Give back the memory of components, where this set is used once."""
        if not self._once:
            return
        with self._lock:
            for name in names:
                if self._engines.pop(name, None) is not None:
                    self._backend.release(name)

    def bind(self, name: str) -> BoundPass:
        """A pass of component `name` with buffers of its own."""
        return self.get(name).bind()
