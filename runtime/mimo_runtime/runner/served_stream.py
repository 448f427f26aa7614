"""One stream in the engine process: opened in a thread, run by the loop, told to the server."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.ring import RING_SLOTS, map_ring
from mimo_runtime.runner.messages import (
    FrameReady,
    FromEngine,
    OpenStream,
    StreamEnded,
    StreamOpened,
    StreamProgressed,
    request_from_wire,
)
from mimo_runtime.runner.stream import Stream
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import LoopThread
from mimo_runtime.scarcity import resource_error
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.inputs import request_from
from mimo_runtime.synthesis.request import OutputFrame
from mimo_runtime.synthesis.work_limit import check_work
from mimo_runtime.wire.progress import Progress


class ServedStream:
    """A `Sink` that writes frames into the server's ring, as many as have free slots."""

    def __init__(
        self,
        asked: OpenStream,
        send: Callable[[FromEngine], None],
        loop: LoopThread,
        on_end: Callable[[int], None],
    ) -> None:
        self.token = CancellationToken(asked.deadline_s)
        self._asked = asked
        self._number = asked.stream
        self._send = send
        self._loop = loop
        self._on_end = on_end
        self._stream: Stream | None = None
        self._slots: NDArray[np.uint8] | None = None
        self._put = self._taken = 0

    def prepare(self, synthesizer: Synthesizer) -> None:
        """Check and plan the request, and say what it will make."""
        try:
            given, manifest = request_from_wire(self._asked.request), synthesizer.bundle.manifest
            self.token.check()
            request = request_from(given.files, given.settings, given.limits, manifest, self.token)
            check_work(request, manifest, given.max_work_px)
            self._stream = synthesizer.open(request, self.token, self._tell)
        except Exception as error:  # of this stream alone
            self.end(error)
            return
        output = self._stream.output
        self._send(
            StreamOpened(
                self._number,
                output.width_px,
                output.height_px,
                *output.rate_fps.as_integer_ratio(),
                output.frame_count,
                output.truncated_frames,
            )
        )

    def deliver(self, descriptor: int) -> None:
        """Run the stream, its frames going into the ring behind `descriptor`."""
        assert self._stream is not None  # the server answers `StreamOpened`
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

    def put(self, frame: OutputFrame) -> None:
        """Write a frame into the next slot."""
        assert self._slots is not None  # made by `deliver`, which runs the stream
        self._slots[frame.index % RING_SLOTS] = frame.rgb
        self._put += 1
        self._send(FrameReady(self._number, frame.index, frame.timestamp_s))

    def end(self, error: Exception | None) -> None:
        """Say that the stream has ended."""
        self._on_end(self._number)
        error = error and (resource_error(error) or error)
        kind = "" if error is None else type(error).__name__
        self._send(StreamEnded(self._number, kind, "" if error is None else str(error)))

    def _tell(self, progress: Progress) -> None:
        told = progress.stage, progress.done, progress.total
        self._send(StreamProgressed(self._number, *told))
