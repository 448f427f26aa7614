"""Which engines this machine can run, and why not the others."""

import importlib
import importlib.util
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, entry_points, version

from mimo_runtime.engines.device import Device, find_device
from mimo_runtime.errors import UnsupportedError
from mimo_runtime.plans.key import ENGINES, TENSORRT

TORCH_GROUP = "mimo.engines"
TENSORRT_MAJOR = 11
RTX_ARCHITECTURES = ("sm_80", "sm_86", "sm_89", "sm_120", "sm_121")


@dataclass(frozen=True, slots=True)
class EngineAvailability:
    """One engine by its word on the command line; `reason` is a sentence in either case.

    `version` is the installed library's, empty where there is none.
    """

    name: str
    usable: bool
    reason: str
    version: str = ""


def engine_reports(device: Device | None, no_device: str) -> tuple[EngineAvailability, ...]:
    """Every engine, best first: tensorrt, tensorrt-rtx, torch, onnxruntime.

    `no_device` is the sentence that says why `device` is None. Loads the TensorRT libraries that
    are installed, and no other.
    """
    return (
        *(plan_engine_report(name, device, no_device) for name in ENGINES),
        _torch(device),
        EngineAvailability(
            "onnxruntime", True, "Runs on the CPU of any machine.", version("onnxruntime")
        ),
    )


def plan_engine_report(name: str, device: Device | None, no_device: str = "") -> EngineAvailability:
    """An engine that runs plans: tensorrt or tensorrt-rtx."""
    report = _tensorrt if name == TENSORRT else _tensorrt_rtx
    return report(device, no_device)


def device_or_reason() -> tuple[Device | None, str]:
    """The first GPU, or None and the sentence that says why there is none."""
    try:
        return find_device(), ""
    except UnsupportedError as error:
        return None, str(error)


def library_version(module: str) -> str:
    """The version of an installed TensorRT library, which is loaded for it.

    Raises:
        UnsupportedError: it is not installed, or does not load.
    """
    package = {"tensorrt": "tensorrt-cu13", "tensorrt_rtx": "tensorrt-rtx-cu13"}[module]
    if importlib.util.find_spec(module) is None:
        raise UnsupportedError(
            f"{package} is not installed; install it with pip install {package}."
        )
    try:
        found: str = importlib.import_module(module).__version__
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise UnsupportedError(
            f"{package} is installed and does not load: {str(error).splitlines()[0]}. Install it "
            f"again with pip install --force-reinstall {package}."
        ) from error
    return found


def _tensorrt(device: Device | None, no_device: str) -> EngineAvailability:
    try:
        found = library_version("tensorrt")
    except UnsupportedError as error:
        return EngineAvailability("tensorrt", False, str(error))
    if int(found.split(".")[0]) < TENSORRT_MAJOR:
        sentence = (
            f"TensorRT {found} is installed and {TENSORRT_MAJOR} is the oldest that is used; "
            "update it with pip install --upgrade tensorrt-cu13."
        )
        return EngineAvailability("tensorrt", False, sentence, found)
    return _on(device, no_device, "tensorrt", found)


def _tensorrt_rtx(device: Device | None, no_device: str) -> EngineAvailability:
    try:
        found = library_version("tensorrt_rtx")
    except UnsupportedError as error:
        return EngineAvailability("tensorrt-rtx", False, str(error))
    if device is not None and device.arch not in RTX_ARCHITECTURES:
        sentence = (
            f"TensorRT-RTX runs on {', '.join(RTX_ARCHITECTURES)}, not on {device.name} "
            f"({device.arch}); use the engine tensorrt or torch."
        )
        return EngineAvailability("tensorrt-rtx", False, sentence, found)
    return _on(device, no_device, "tensorrt-rtx", found)


def _on(device: Device | None, no_device: str, name: str, found: str) -> EngineAvailability:
    if device is None:
        return EngineAvailability(name, False, no_device, found)
    return EngineAvailability(name, True, f"Runs on {device.name} ({device.arch}).", found)


def _torch(device: Device | None) -> EngineAvailability:
    try:
        found = version("torch")
    except PackageNotFoundError:
        found = ""
    if not found:
        sentence = "torch is not installed; install it with pip install 'mimo-runtime[export]'."
        return EngineAvailability("torch", False, sentence)
    if not entry_points(group=TORCH_GROUP, name="torch"):
        sentence = "The torch engine is not announced; install mimo-runtime again."
        return EngineAvailability("torch", False, sentence, found)
    target = f"{device.name} ({device.arch})" if device else "the CPU"
    return EngineAvailability("torch", True, f"Runs on {target}.", found)
