"""Things of the driver that are given back when nothing refers to them any more."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mimo_runtime.errors import MimoError

if TYPE_CHECKING:
    from mimo_runtime.engines.cuda.gpu import Gpu


class Graph:
    """Work recorded once and launched as a whole."""

    def __init__(self, gpu: "Gpu", instance: Any) -> None:
        self._gpu = gpu
        self._instance = instance

    def launch(self) -> None:
        """Ask the stream for all of it."""
        self._gpu.call("cuGraphLaunch", self._instance, self._gpu.stream)

    def __del__(self) -> None:
        with suppress(MimoError):
            self._gpu.call("cuGraphExecDestroy", self._instance)


class Event:
    """A point of the stream."""

    def __init__(self, gpu: "Gpu", handle: Any) -> None:
        self._gpu = gpu
        self._handle = handle

    def wait(self) -> None:
        """Wait on the host until the stream has passed it; others may use the GPU meanwhile."""
        self._gpu.call("cuEventSynchronize", self._handle, alone=False)

    def __del__(self) -> None:
        with suppress(MimoError):
            self._gpu.call("cuEventDestroy", self._handle)
