"""The child's end of the ring."""

import os

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.channel import Channel
from mimo_runtime.media.ring import RING_SLOTS, map_ring


class RingWriter:
    """Fills slot after slot, waiting for the reader when it has not let go of one.

    A full slot is handed over when the next frame arrives, so that the last one leaves only after
    the clip has proved complete.
    """

    def __init__(self, channel: Channel) -> None:
        """Wait for the ring that the parent makes."""
        self._channel = channel
        message, (descriptor,) = channel.receive_descriptors()
        self._slots = map_ring(descriptor, tuple(message["shape"]))
        os.close(descriptor)
        self._slot = 0
        self._filled = 0
        self._unread = 0

    def put(self, frame: NDArray[np.uint8]) -> None:
        """Copy one frame of the ring's shape; may wait."""
        if self._filled == self._slots.shape[1]:
            self.flush()
        while self._unread == RING_SLOTS:
            self._channel.receive()
            self._unread -= 1
        self._slots[self._slot, self._filled] = frame
        self._filled += 1

    def flush(self) -> None:
        """Hand the current slot over, full or not."""
        self._channel.send({"frames": self._filled})
        self._slot = (self._slot + 1) % RING_SLOTS
        self._filled = 0
        self._unread += 1
