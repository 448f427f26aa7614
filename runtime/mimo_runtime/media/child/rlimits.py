"""Limits that the kernel enforces on a decoding child."""

import math
import os
import resource
from pathlib import Path

from mimo_runtime.media.limits import MediaLimits


def limit_cpu(limits: MediaLimits) -> None:
    """End this process (SIGXCPU) when it computes longer than any honest decode could take."""
    seconds = math.ceil(limits.decode_timeout_s) * (os.cpu_count() or 1) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    ends = seconds + 5 if hard == resource.RLIM_INFINITY else min(seconds + 5, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, ends), ends))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_memory(limits: MediaLimits) -> None:
    """Allow `decode_memory_bytes` of address space beyond what this process holds now.

    Less where whoever started the server allowed less: a hard limit can only be lowered.
    """
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    allowed_bytes = pages * resource.getpagesize() + limits.decode_memory_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        allowed_bytes = min(allowed_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed_bytes, hard))


def is_lowered() -> bool:
    """Whether the memory that is left to this process is what its starter allowed, not we."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    return soft == hard != resource.RLIM_INFINITY


def unlimit_memory() -> None:
    """Lift `limit_memory`: CUDA reserves more address space than there is memory."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
