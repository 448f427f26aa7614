"""The shared memory that decoded frames are handed over in."""

import fcntl
import mmap
import os

import numpy as np
from numpy.typing import NDArray

RING_SLOTS = 2

_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


class FrameRing:
    """Slots of fixed shape: one is read while the next is filled.

    Anonymous memory (memfd): it has no name to leak, is not bound by the size of /dev/shm, and is
    gone with the last process that maps it. Sealed, so that a decoder that was taken over cannot
    shrink it under the reader. The reader's view is read-only.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Make a ring of `RING_SLOTS` slots of uint8 `shape`."""
        size_bytes = RING_SLOTS * int(np.prod(shape, dtype=np.int64))
        self.descriptor = os.memfd_create("mimo-frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self.descriptor, size_bytes)
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, _SEALS)
        memory = mmap.mmap(self.descriptor, size_bytes, prot=mmap.PROT_READ)
        self.slots: NDArray[np.uint8] = _as_slots(memory, shape)

    def close(self) -> None:
        """Close the descriptor once it has been passed on; the mapping stays."""
        os.close(self.descriptor)


def map_ring(descriptor: int, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The writer's view, uint8 [slots, *shape], of a ring made by another process."""
    size_bytes = RING_SLOTS * int(np.prod(shape, dtype=np.int64))
    return _as_slots(mmap.mmap(descriptor, size_bytes), shape)


def _as_slots(memory: mmap.mmap, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    return np.frombuffer(memory, np.uint8).reshape((RING_SLOTS, *shape))
