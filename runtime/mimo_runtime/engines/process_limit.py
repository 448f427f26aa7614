"""The limits of memory that a shell or a service sets for each process.

`ulimit -d` (`LimitDATA`) counts what cannot be given back and files that are mapped to be written
privately; `ulimit -v` (`LimitAS`, `h_vmem` of batch systems) everything that has an address.
"""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """Bytes of both limits, None where there is none."""

    data_bytes: int | None
    address_space_bytes: int | None


def process_limits() -> ProcessLimits:
    """The limits of this process."""
    return ProcessLimits(_limit_bytes("RLIMIT_DATA"), _limit_bytes("RLIMIT_AS"))


def process_free_bytes() -> int | None:
    """What this process may still take below its limits; None without one."""
    limits, taken = process_limits(), psutil.Process().memory_info()
    left = [
        limit_bytes - taken_bytes
        for limit_bytes, taken_bytes in (
            (limits.data_bytes, getattr(taken, "data", 0)),
            (limits.address_space_bytes, taken.vms),
        )
        if limit_bytes is not None
    ]
    return max(min(left), 0) if left else None


def _limit_bytes(name: str) -> int | None:
    if not hasattr(psutil, name):  # the system has none
        return None
    limit_bytes, _ = psutil.Process().rlimit(getattr(psutil, name))
    return None if limit_bytes == psutil.RLIM_INFINITY else int(limit_bytes)
