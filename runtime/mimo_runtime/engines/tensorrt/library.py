"""TensorRT or TensorRT-RTX behind one name: their Python packages differ in name alone."""

import importlib
from types import ModuleType
from typing import Any

from mimo_runtime.engines.availability import library_version

_MODULES = {"tensorrt": "tensorrt", "tensorrt-rtx": "tensorrt_rtx"}


def load_library(engine: str) -> ModuleType:
    """The Python package of `engine`.

    Raises:
        UnsupportedError: it is not installed, or its libraries do not load.
    """
    module = _MODULES[engine]
    library_version(module)
    return importlib.import_module(module)


def make_logger(trt: Any, problems: list[str]) -> Any:
    """A logger that keeps the library's complaints in `problems` and says nothing itself."""

    class Collector(trt.ILogger):  # type: ignore[misc]
        def __init__(self) -> None:
            trt.ILogger.__init__(self)

        def log(self, severity: Any, message: str) -> None:
            if severity in (trt.ILogger.Severity.ERROR, trt.ILogger.Severity.INTERNAL_ERROR):
                problems.append(message)

    return Collector()
