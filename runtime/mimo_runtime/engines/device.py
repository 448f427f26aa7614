"""The GPU of this machine, asked without loading anything that needs one."""

from dataclasses import dataclass
from typing import Any

from mimo_runtime.errors import UnsupportedError

_ATTRIBUTES = ("COMPUTE_CAPABILITY_MAJOR", "COMPUTE_CAPABILITY_MINOR")


@dataclass(frozen=True, slots=True)
class Device:
    """An NVIDIA GPU: its architecture such as `sm_90`, its memory and what its driver can load.

    `cuda_version` is the newest CUDA that the driver knows, such as (13, 0).
    """

    name: str
    arch: str
    memory_bytes: int
    cuda_version: tuple[int, int]


def find_device() -> Device:
    """The first GPU.

    Raises:
        UnsupportedError: no driver, no GPU, or no cuda-python; the sentence says which.
    """
    try:
        from cuda.bindings import driver
    except ImportError:
        raise UnsupportedError(
            "cuda-python is not installed; install it with pip install 'mimo-runtime[gpu]'."
        ) from None
    try:
        (status,) = driver.cuInit(0)
    except RuntimeError as error:  # the driver's library is not on this machine
        raise UnsupportedError(
            "There is no NVIDIA driver on this machine; install one or use another engine."
        ) from error
    if status != driver.CUresult.CUDA_SUCCESS:
        raise UnsupportedError(
            f"The NVIDIA driver finds no usable GPU ({status.name}); use another engine."
        )
    return _described(driver)


def _described(driver: Any) -> Device:
    device = driver.cuDeviceGet(0)[1]
    enum = driver.CUdevice_attribute
    major, minor = (
        driver.cuDeviceGetAttribute(getattr(enum, f"CU_DEVICE_ATTRIBUTE_{name}"), device)[1]
        for name in _ATTRIBUTES
    )
    version = driver.cuDriverGetVersion()[1]
    return Device(
        name=driver.cuDeviceGetName(128, device)[1].split(b"\0")[0].decode(),
        arch=f"sm_{major}{minor}",
        memory_bytes=driver.cuDeviceTotalMem(device)[1],
        cuda_version=(version // 1000, version % 1000 // 10),
    )
