"""Limits that the kernel enforces on a decoding child."""

import math
import os
import resource
from pathlib import Path

from mimo_runtime.media.limits import MediaLimits


def limit_cpu(limits: MediaLimits) -> None:
    """End this process (SIGXCPU) when it computes longer than any honest decode could take."""
    seconds = math.ceil(limits.decode_timeout_s) * (os.cpu_count() or 1) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_memory(limits: MediaLimits) -> None:
    """Allow `decode_memory_bytes` of address space beyond what this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    allowed_bytes = pages * resource.getpagesize() + limits.decode_memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (allowed_bytes, resource.RLIM_INFINITY))


def unlimit_memory() -> None:
    """Lift `limit_memory`: CUDA reserves more address space than there is memory."""
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
