"""What this machine can decode with."""

import ctypes
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Whether DALI was imported, and whether a GPU with video decoding answers."""

    has_dali: bool
    has_nvdec: bool


def probe_capabilities() -> Capabilities:
    """Probe without initialising more than the driver, and only when DALI could use it."""
    has_dali = "nvidia.dali.fn" in sys.modules
    return Capabilities(has_dali, has_dali and _has_nvdec())


def _has_nvdec() -> bool:
    try:
        driver = ctypes.CDLL("libcuda.so.1")
        ctypes.CDLL("libnvcuvid.so.1")
    except OSError:
        return False
    devices = ctypes.c_int(0)
    answered = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(devices)) == 0
    return answered and devices.value > 0
