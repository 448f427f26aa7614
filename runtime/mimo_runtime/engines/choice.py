"""Which library runs a bundle: the one asked for, or the best that this machine can run."""

import importlib.util
import logging
from collections.abc import Callable
from importlib.metadata import entry_points

from mimo_runtime.bundle import Bundle, Component, Weights
from mimo_runtime.engines.availability import TORCH_GROUP
from mimo_runtime.engines.backend import Backend, OpenBackend
from mimo_runtime.engines.cpu_footprint import onnxruntime_footprint, torch_footprint
from mimo_runtime.engines.device import Device, find_device
from mimo_runtime.engines.footprint import Footprint, job_peak_bytes
from mimo_runtime.engines.memory import fits_memory, free_memory_bytes
from mimo_runtime.errors import (
    BundleError,
    InvalidRequestError,
    PlanError,
    ResourceError,
    UnsupportedError,
)
from mimo_runtime.plans.key import TENSORRT, TENSORRT_RTX

AUTO = "auto"
TORCH = "torch"
ONNXRUNTIME = "onnxruntime"
ENGINES = (AUTO, TENSORRT, TENSORRT_RTX, TORCH, ONNXRUNTIME)
_ON_A_GPU = (TENSORRT, TENSORRT_RTX, TORCH)
_BESIDE_SHARE = 0.1  # buffers of a stream, decoders and encoder, of what the components take
_log = logging.getLogger(__name__)


def open_backend(bundle: Bundle, engine: str = AUTO, threads: int = 0) -> Backend:
    """The backend called `engine`; `auto` takes the first that can, and says once which and why.

    `threads` are those of ONNX Runtime, 0 for one per core.

    Raises:
        InvalidRequestError: there is no engine of that name.
        UnsupportedError, PlanError, ResourceError: this machine cannot run it.
    """
    if engine == AUTO:
        return _best(bundle, threads)
    return _opener(engine)(bundle, threads)


def gpu_of(engine: str) -> Device | None:
    """The GPU on which the engine of that name runs here; None where it runs on the CPU."""
    try:
        return None if engine == ONNXRUNTIME else find_device()
    except UnsupportedError:
        return None


def _best(bundle: Bundle, threads: int) -> Backend:
    try:
        device = find_device()
    except UnsupportedError as error:
        name, why = best_on_cpu(bundle)
        _log.info("Engine %s on the CPU%s. %s", name, why, error)
        return _opener(name, "cpu" if name == TORCH else None)(bundle, threads)
    refused = []
    for name in _ON_A_GPU:
        try:
            backend = _opener(name, "cuda")(bundle, threads)
        except (UnsupportedError, PlanError, BundleError, ResourceError) as error:
            refused.append(f"Not {name}: {error}")
        else:
            _log.info("%s", _sentence(name, device, refused))
            return backend
    name, why = best_on_cpu(bundle)
    _log.info("%s", " ".join([f"Engine {name} on the CPU{why}.", *refused]))
    return _opener(name, "cpu" if name == TORCH else None)(bundle, threads)


def best_on_cpu(bundle: Bundle) -> tuple[str, str]:
    """ONNX Runtime is the faster one; torch where only that fits into memory, and why."""
    weights = bundle.manifest.weights

    def needed_bytes(footprint: Callable[[str, Component, Weights], Footprint]) -> int:
        def of(name: str) -> Footprint:
            return footprint(name, bundle.component(name), weights)

        peak_bytes = job_peak_bytes(of, ("denoiser",))
        return int(peak_bytes * (1 + _BESIDE_SHARE))

    fast_bytes, lean_bytes = needed_bytes(onnxruntime_footprint), needed_bytes(torch_footprint)
    if fits_memory(fast_bytes) or not fits_memory(lean_bytes) or not _has_torch():
        return ONNXRUNTIME, ""
    return TORCH, (
        f", which needs {lean_bytes / 1e9:.1f} GB of memory where onnxruntime, which is faster, "
        f"needs {fast_bytes / 1e9:.1f} GB and {free_memory_bytes() / 1e9:.1f} GB is free"
    )


def _has_torch() -> bool:
    """Whether the engine is installed, looked up without importing it."""
    return importlib.util.find_spec("torch") is not None and bool(
        entry_points(group=TORCH_GROUP, name=TORCH)
    )


def _sentence(name: str, device: Device, refused: list[str]) -> str:
    return " ".join([f"Engine {name} on {device.name} ({device.arch}).", *refused])


def _opener(engine: str, device: str | None = None) -> OpenBackend:
    """`device` is where torch has to run; None lets it choose."""
    if engine == ONNXRUNTIME:
        from mimo_runtime.engines.onnxruntime_backend import OrtBackend

        return OrtBackend
    if engine == TORCH:
        return _announced(engine, device)
    if engine in (TENSORRT, TENSORRT_RTX):
        from mimo_runtime.engines.tensorrt.backend import open_tensorrt

        return lambda bundle, _threads: open_tensorrt(bundle, engine)
    raise InvalidRequestError(f"There is no engine '{engine}'; choose from {', '.join(ENGINES)}.")


def _announced(engine: str, device: str | None) -> OpenBackend:
    for point in entry_points(group=TORCH_GROUP, name=engine):
        try:
            opener: Callable[[Bundle, str | None], Backend] = point.load()
        except ImportError as error:
            raise UnsupportedError(
                f"The engine {engine} needs {error.name}; install it with "
                "pip install 'mimo-runtime[export]'."
            ) from error
        return lambda bundle, _threads: opener(bundle, device)
    raise UnsupportedError(
        f"The engine {engine} is not installed; install it with pip install 'mimo-runtime[export]'."
    )
