"""What a result depends on: date, chip, driver, versions, command; and the measured ceilings."""

import platform
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version

import torch

from benchmarks.gpu_parts.chips import Rates, exp_rate
from benchmarks.gpu_parts.clock import Pace, time_ms
from benchmarks.gpu_parts.report import Section, Value

_PACKAGES = ("torch", "triton", "numpy", "cuda-core")
_MATRIX = 8192
_COPY_BYTES = 4 << 30


def facts(device: torch.device) -> dict[str, Value]:
    """Date, command, chip, driver and versions."""
    found: dict[str, Value] = {
        "date": time.strftime("%Y-%m-%d"),
        "command": " ".join(["python -m benchmarks.gpu", *sys.argv[1:]]),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "chip": "CPU",
    }
    found |= {name: _version(name) for name in _PACKAGES}
    if device.type == "cuda":
        capability = ".".join(map(str, torch.cuda.get_device_capability(device)))
        found |= {
            "chip": torch.cuda.get_device_name(device),
            "compute_capability": capability,
            "cuda": torch.version.cuda,
            "driver": _smi("driver_version"),
            "power_limit": _smi("power.limit"),
        }
    return found


def ceilings(section: Section, device: torch.device, pace: Pace) -> Rates | None:
    """What a large copy and a large matrix product reach on this machine, on random data."""
    if device.type != "cuda":
        section.notes.append("The ceilings need a GPU.")
        return None
    a, b = (torch.randn(_MATRIX, _MATRIX, device=device).half() for _ in range(2))
    product_ms = time_ms([lambda: a @ b], device, pace)
    source = torch.randint(0, 255, (_COPY_BYTES,), device=device, dtype=torch.uint8)
    target = torch.empty_like(source)
    copy_ms = time_ms([lambda: target.copy_(source)], device, pace)
    rates = Rates(
        2 * _MATRIX**3 / product_ms * 1e3, 2 * _COPY_BYTES / copy_ms * 1e3, exp_rate(device)
    )
    section.rows.append(
        {
            "matrix_product_tflop_per_s": rates.flop_per_s / 1e12,
            "copy_tb_per_s": rates.bytes_per_s / 1e12,
            "clocks": _smi("clocks.sm,clocks.mem,temperature.gpu,power.draw"),
        }
    )
    return rates


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _smi(fields: str) -> str | None:
    command = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.strip().splitlines()[0]
