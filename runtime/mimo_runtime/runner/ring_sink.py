"""A stream in the engine process, its frames going into the ring that the server reads."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.ring import RING_SLOTS, map_ring
from mimo_runtime.runner.live_stream import LiveStream
from mimo_runtime.runner.messages import FromEngine, OpenLive, OpenStream, StreamEnded
from mimo_runtime.runner.stream import Stream
from mimo_runtime.runner.threads import LoopThread
from mimo_runtime.scarcity import resource_error
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.request import OutputFrame

Run = TypeVar("Run", Stream, LiveStream)


class RingSink(ABC, Generic[Run]):
    """Most of a `Sink`: writes as many frames as have free slots, and tells of the end."""

    def __init__(
        self,
        asked: OpenStream | OpenLive,
        send: Callable[[FromEngine], None],
        loop: LoopThread,
        on_end: Callable[[int], None],
    ) -> None:
        self.token = CancellationToken(asked.deadline_s)
        self._number = asked.stream
        self._request = asked.request
        self._send = send
        self._loop = loop
        self._on_end = on_end
        self._stream: Run | None = None
        self._slots: NDArray[np.uint8] | None = None
        self._put = self._taken = 0

    def deliver(self, descriptor: int) -> None:
        """Run the stream, its frames going into the ring behind `descriptor`."""
        assert self._stream is not None  # the server answers what opened it
        output = self._stream.output
        self._slots = map_ring(descriptor, (output.height_px, output.width_px, 3))
        self._loop.add(self._stream, self)
        self.token.on_cancel(self._loop.wake)

    def frame_taken(self) -> None:
        """Hear that the server has read a slot."""
        self._taken += 1
        self._loop.wake()

    def has_room(self) -> bool:
        """Whether a slot is free."""
        return self._put - self._taken < RING_SLOTS

    @abstractmethod
    def put(self, frame: OutputFrame) -> None:
        """Write a frame and tell the server."""

    def _write(self, frame: OutputFrame) -> None:
        assert self._slots is not None  # made by `deliver`, which runs the stream
        self._slots[frame.index % RING_SLOTS] = frame.rgb
        self._put += 1

    def end(self, error: Exception | None) -> None:
        """Say that the stream has ended, and let go of the ring."""
        self._slots = None
        self._on_end(self._number)
        error = error and (resource_error(error) or error)
        kind = "" if error is None else type(error).__name__
        self._send(StreamEnded(self._number, kind, "" if error is None else str(error)))
