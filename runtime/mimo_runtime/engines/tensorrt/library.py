"""TensorRT or TensorRT-RTX behind one name: their Python packages differ in name alone."""

import importlib
from types import ModuleType
from typing import Any

from mimo_runtime.engines.availability import plan_engine_report
from mimo_runtime.engines.device import Device
from mimo_runtime.errors import UnsupportedError

_MODULES = {"tensorrt": "tensorrt", "tensorrt-rtx": "tensorrt_rtx"}


def load_library(engine: str, device: Device) -> ModuleType:
    """The Python package of `engine`.

    Raises:
        UnsupportedError: it is not installed, too old, does not load, or not for `device`.
    """
    report = plan_engine_report(engine, device)
    if not report.usable:
        raise UnsupportedError(report.reason)
    return importlib.import_module(_MODULES[engine])


def make_logger(trt: Any, problems: list[str]) -> Any:
    """A logger that keeps the library's complaints in `problems` and says nothing itself."""

    class Collector(trt.ILogger):  # type: ignore[misc]
        def __init__(self) -> None:
            trt.ILogger.__init__(self)

        def log(self, severity: Any, message: str) -> None:
            if severity in (trt.ILogger.Severity.ERROR, trt.ILogger.Severity.INTERNAL_ERROR):
                problems.append(message)

    return Collector()
