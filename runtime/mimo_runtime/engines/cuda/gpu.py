"""One GPU with one stream, on which everything that this program asks of it runs in turn."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.engines.cuda.handles import Event, Graph
from mimo_runtime.engines.device import Device, find_device
from mimo_runtime.errors import MimoError, ResourceError


class Gpu:
    """The first GPU's primary context and a stream of our own.

    Threads may share it: each call is made alone, and so is all that `capture` records.

    Raises:
        UnsupportedError: this machine has none.
    """

    def __init__(self) -> None:
        self.device: Device = find_device()
        from cuda.bindings import driver

        self._driver = driver
        self._lock = threading.RLock()
        self._context: Any = None
        (handle,) = self.call("cuDeviceGet", 0)
        (self._context,) = self.call("cuDevicePrimaryCtxRetain", handle)
        (self._stream,) = self.call("cuStreamCreate", driver.CUstream_flags.CU_STREAM_NON_BLOCKING)

    def alone(self) -> AbstractContextManager[Any]:
        """While it is entered, no other thread asks anything of the stream."""
        return self._lock

    @property
    def stream(self) -> int:
        """Address of the stream, as other libraries take it."""
        return int(self._stream)

    def call(self, name: str, *arguments: Any, alone: bool = True) -> tuple[Any, ...]:
        """Call a function of the driver API and return what it returns after its status.

        With `alone` no other thread calls meanwhile.

        Raises:
            ResourceError: the GPU is out of memory.
            MimoError: any other failure, with the driver's word for it.
        """
        with self._lock if alone else nullcontext():
            if self._context is not None:
                self._driver.cuCtxSetCurrent(self._context)
            status, *values = getattr(self._driver, name)(*arguments)
        if status == self._driver.CUresult.CUDA_ERROR_OUT_OF_MEMORY:
            raise ResourceError(
                f"{self.device.name} is out of memory; end other programs that use it, use a "
                "bundle of a smaller size, or take the engine onnxruntime."
            )
        if status != self._driver.CUresult.CUDA_SUCCESS:
            raise MimoError(
                f"{self.device.name} failed in {name} with {status.name}; end other programs "
                "that use it, and update its driver."
            )
        return tuple(values)

    def free_bytes(self) -> int:
        """Memory that nobody uses now."""
        return int(self.call("cuMemGetInfo")[0])

    def allocate(self, size_bytes: int) -> int:
        """Address of new memory, zeroed; aligned to 256 bytes."""
        (address,) = self.call("cuMemAlloc", max(size_bytes, 1))
        self.call("cuMemsetD8Async", address, 0, size_bytes, self._stream)
        return int(address)

    def free(self, address: int) -> None:
        """Give memory back; waits for what still uses it, and is silent when the process ends."""
        with suppress(MimoError):
            self.call("cuMemFree", address)

    def upload(self, address: int, source: NDArray[Any]) -> None:
        """Copy a contiguous array to the GPU; it may be changed when this returns."""
        self.call("cuMemcpyHtoDAsync", address, source.ctypes.data, source.nbytes, self._stream)

    def download(self, address: int, target: NDArray[Any]) -> None:
        """Copy to a contiguous array, waiting for everything asked for before."""
        self.call("cuMemcpyDtoHAsync", target.ctypes.data, address, target.nbytes, self._stream)
        self.synchronize()

    def copy(self, target: int, source: int, size_bytes: int) -> None:
        """Copy within the GPU."""
        self.call("cuMemcpyDtoDAsync", target, source, size_bytes, self._stream)

    def synchronize(self) -> None:
        """Wait until the stream is empty."""
        self.call("cuStreamSynchronize", self._stream)

    def mark(self) -> Event:
        """An event at this point of the stream."""
        flags = self._driver.CUevent_flags.CU_EVENT_DISABLE_TIMING
        (event,) = self.call("cuEventCreate", flags)
        self.call("cuEventRecord", event, self._stream)
        return Event(self, event)

    def capture(self, enqueue: Callable[[], None]) -> Graph:
        """Record what `enqueue` asks of the stream, without running it."""
        mode = self._driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL
        with self._lock:
            self.call("cuStreamBeginCapture", self._stream, mode)
            try:
                enqueue()
            finally:
                (graph,) = self.call("cuStreamEndCapture", self._stream)
            (instance,) = self.call("cuGraphInstantiate", graph, 0)
            self.call("cuGraphDestroy", graph)
        return Graph(self, instance)

    def allow_shared_memory(self, function: Any, size_bytes: int) -> None:
        """Let a kernel have more than the 48 KiB that it gets unasked."""
        attribute = (
            self._driver.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
        )
        self.call("cuFuncSetAttribute", function, attribute, size_bytes)

    def launch(
        self,
        function: Any,
        grid: tuple[int, int, int],
        block: tuple[int, int, int],
        shared_bytes: int,
        pointers: NDArray[np.uint64],
    ) -> None:
        """Run a kernel whose only arguments are pointers."""
        addresses = pointers.ctypes.data + 8 * np.arange(len(pointers), dtype=np.uint64)
        self.call(
            "cuLaunchKernel", function, *grid, *block, shared_bytes, self._stream,
            addresses.ctypes.data, 0,
        )  # fmt: skip
