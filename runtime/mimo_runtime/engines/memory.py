"""Whether something fits into memory, asked before it is begun."""

import psutil

from mimo_runtime.engines.cgroup import cgroup_free_bytes
from mimo_runtime.engines.process_limit import process_free_bytes
from mimo_runtime.errors import ResourceError

_USABLE_SHARE = 0.95


def free_memory_bytes() -> int:
    """What this process may still take of the machine's memory, under its own and its groups'
    limits.
    """
    free_bytes = int(psutil.virtual_memory().available)
    limits = (cgroup_free_bytes(), process_free_bytes())
    return min([free_bytes, *(limit for limit in limits if limit is not None)])


def fits_memory(needed_bytes: int) -> bool:
    """Whether that much can be taken now."""
    return needed_bytes <= free_memory_bytes() * _USABLE_SHARE


def require_memory(needed_bytes: int, what: str, way_out: str) -> None:
    """Refuse what is larger than the memory at hand.

    Raises:
        ResourceError: `what` with both figures, and the way out.
    """
    if not fits_memory(needed_bytes):
        raise _too_large(needed_bytes, free_memory_bytes(), what, way_out)


def require_gpu_memory(needed_bytes: int, free_bytes: int, what: str, way_out: str) -> None:
    """Refuse what is larger than the memory of a GPU that is free.

    Raises:
        ResourceError: `what` with both figures, and the way out.
    """
    if needed_bytes > free_bytes:
        raise _too_large(needed_bytes, free_bytes, what, way_out, "GPU memory")


def _too_large(
    needed_bytes: int, free_bytes: int, what: str, way_out: str, memory: str = "memory"
) -> ResourceError:
    """The sentence for it."""
    return ResourceError(
        f"{what} needs {needed_bytes / 1e9:.2f} GB of {memory} and {free_bytes / 1e9:.2f} GB is "
        f"free; {way_out}."
    )
