"""The limit of memory that a shell or a service sets for each process: `ulimit -d`, `LimitDATA`."""

import psutil


def process_free_bytes() -> int | None:
    """What this process may still take below its limit; None without one, or where none exists.

    The limit counts what cannot be given back, and not mapped files.
    """
    if not hasattr(psutil, "RLIMIT_DATA"):
        return None
    process = psutil.Process()
    limit_bytes, _ = process.rlimit(psutil.RLIMIT_DATA)
    if limit_bytes == psutil.RLIM_INFINITY:
        return None
    return max(int(limit_bytes) - int(process.memory_info().data), 0)
