"""TensorRT's Python package in so far as the runtime uses it; ONNX Runtime computes.

A plan file holds the path of an ONNX file. A context computes on the addresses that it was given,
when the driver in software runs or replays what it enqueued.
"""

import ctypes
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime

from mimo_runtime.bundle import Component, TensorSpec
from tests.runtime.engines.soft_gpu.library import SoftDriver

SCRATCH_BYTES = 4096


class ILogger:
    Severity = SimpleNamespace(INTERNAL_ERROR=0, ERROR=1, WARNING=2)

    def log(self, severity: int, message: str) -> None:
        raise NotImplementedError


class Context:
    def __init__(self, engine: "Engine") -> None:
        self.engine = engine
        self.addresses: dict[str, int] = {}
        self.scratch = (0, 0)

    def set_device_memory(self, address: int, size_bytes: int) -> None:
        self.scratch = (address, size_bytes)

    def set_tensor_address(self, name: str, address: int) -> bool:
        self.addresses[name] = address
        return True

    def execute_async_v3(self, stream: int) -> bool:
        if not stream or self.scratch[1] < SCRATCH_BYTES:
            return False
        self.engine.driver.enqueue(self.compute)
        return True

    def compute(self) -> None:
        ctypes.memset(self.scratch[0], 0xFF, SCRATCH_BYTES)
        component = self.engine.component
        values = {s.name: self.at(s) for s in component.inputs}
        results = self.engine.session.run([s.name for s in component.outputs], values)
        for spec, result in zip(component.outputs, results, strict=True):
            self.at(spec)[...] = result

    def at(self, spec: TensorSpec) -> Any:
        buffer = (ctypes.c_char * spec.size_bytes).from_address(self.addresses[spec.name])
        return np.frombuffer(buffer, spec.dtype).reshape(spec.shape)


class Engine:
    device_memory_size_v2 = SCRATCH_BYTES
    name = "soft"

    def __init__(self, path: Path, component: Component, driver: SoftDriver) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options)
        self.component = component
        self.driver = driver

    def create_execution_context(self, strategy: str) -> Context:
        assert strategy == "user managed"
        return Context(self)


class Package:
    """What `import tensorrt` gives: only names that the real package has too."""

    __version__ = "11.4.0"
    ILogger = ILogger
    ExecutionContextAllocationStrategy = SimpleNamespace(USER_MANAGED="user managed")

    def __init__(self, driver: SoftDriver, components: dict[str, Component]) -> None:
        self.driver = driver
        self.components = components

    def Runtime(self, logger: ILogger) -> "Runtime":  # noqa: N802
        return Runtime(self, logger)


class Runtime:
    def __init__(self, package: Package, logger: ILogger) -> None:
        self.package = package
        self.logger = logger

    def deserialize_cuda_engine(self, plan: bytes) -> Engine | None:
        path = Path(plan.decode())
        if not path.is_file():
            self.logger.log(ILogger.Severity.ERROR, "no such plan\n")
            return None
        return Engine(path, self.package.components[path.stem], self.package.driver)
