"""Whether something fits into a GPU's memory, asked before it is begun or told by the driver."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from mimo_runtime.errors import ResourceError

WAY_OUT = "end other programs, use a bundle of a smaller size, or another engine"


def free_bytes(device: torch.device) -> int:
    """Bytes that can still be taken: the driver's, and those that torch keeps in reserve."""
    free, _ = torch.cuda.mem_get_info(device)
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return free + kept


@contextmanager
def told_in_a_sentence(what: str) -> Iterator[None]:
    """Turn torch's error for a full GPU into ours.

    Raises:
        ResourceError: `what` did not fit.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ResourceError(f"The GPU's memory is too small for {what}; {WAY_OUT}.") from error
