"""The server's end of what an engine process runs: its events, its ring, its end."""

import contextlib
import os
from collections.abc import Iterator
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.ring import RING_SLOTS, FrameRing
from mimo_runtime.runner.engine_child import EngineChild
from mimo_runtime.runner.messages import (
    CancelStream,
    DeliverFrames,
    FrameTaken,
    StreamEnded,
    error_from,
)
from mimo_runtime.runner.stream_events import Event, StreamEvents


class Remote(Generic[Event]):
    """What streams of both kinds have in common; frames are read in the shared ring."""

    def __init__(self, number: int, child: EngineChild) -> None:
        self._number = number
        self._child = child
        self._ring: FrameRing | None = None
        self._queue = StreamEvents[Event](self._frame_taken)
        self._events = iter(self._queue)

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self._queue.ended

    def events(self) -> Iterator[Event]:
        """What happens."""
        return self._events

    def cancel(self) -> None:
        """Ask the engine process to end it."""
        self._child.send(CancelStream(self._number))

    def wait_for_end(self) -> None:
        """Return when it has ended."""
        self._queue.wait_for_end()

    def let_go(self) -> None:
        """Free the ring, once it has ended and nobody reads its frames any more.

        Else it would stay until the garbage collector comes.
        """
        self._queue.drop()
        self._ring = None

    def end(self, error: Exception | None) -> None:
        """Hear that it has ended."""
        self._queue.end(error)

    def _deliver(self, width_px: int, height_px: int) -> None:
        """Make the ring and give it to the engine process, which then runs the stream."""
        with contextlib.closing(FrameRing((height_px, width_px, 3))) as ring:
            self._ring = ring
            self._child.send(DeliverFrames(self._number), [os.dup(ring.descriptor)])

    def _pixels(self, index: int) -> NDArray[np.uint8]:
        """A frame in the ring, uint8 [height, width, 3]."""
        assert self._ring is not None  # frames come after the format
        pixels: NDArray[np.uint8] = self._ring.slots[index % RING_SLOTS]
        return pixels

    def _told_end(self, message: StreamEnded) -> None:
        error = error_from(message.error, message.sentence) if message.error else None
        self._queue.end(error)

    def _frame_taken(self) -> None:
        self._child.send(FrameTaken(self._number))
