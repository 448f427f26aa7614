"""The limit of memory that a shell or a service sets for each process: `ulimit -d`, `LimitDATA`."""

import psutil


def process_limit_bytes() -> int | None:
    """The limit of this process; None without one, or where the system has none.

    It counts what cannot be given back, and files that are mapped to be written privately.
    """
    if not hasattr(psutil, "RLIMIT_DATA"):
        return None
    limit_bytes, _ = psutil.Process().rlimit(psutil.RLIMIT_DATA)
    return None if limit_bytes == psutil.RLIM_INFINITY else int(limit_bytes)


def process_free_bytes() -> int | None:
    """What this process may still take below its limit; None without one."""
    limit_bytes = process_limit_bytes()
    if limit_bytes is None:
        return None
    return max(limit_bytes - int(psutil.Process().memory_info().data), 0)
