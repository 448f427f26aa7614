"""The server's end of one stream that an engine process runs."""

import contextlib
import os
from collections.abc import Iterator

from mimo_runtime.media.ring import RING_SLOTS, FrameRing
from mimo_runtime.runner.engine_child import EngineChild
from mimo_runtime.runner.messages import (
    CancelStream,
    DeliverFrames,
    FrameReady,
    FrameTaken,
    OfStream,
    StreamEnded,
    StreamOpened,
    StreamProgressed,
    error_from,
)
from mimo_runtime.runner.runner import Event
from mimo_runtime.runner.stream_events import StreamEvents
from mimo_runtime.synthesis.request import OutputFormat, OutputFrame
from mimo_runtime.wire.progress import OnProgress, Progress


class RemoteStream:
    """Turns an engine process's messages into events; frames are read in the shared ring."""

    def __init__(self, number: int, child: EngineChild) -> None:
        self._number = number
        self._child = child
        self._ring: FrameRing | None = None
        self._queue = StreamEvents[Event](self._frame_taken)
        self._events = iter(self._queue)
        self._output: OutputFormat | None = None

    @property
    def output(self) -> OutputFormat:
        """The video that it makes, once it is open."""
        assert self._output is not None  # `wait_until_open` comes first
        return self._output

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self._queue.ended

    def wait_until_open(self, on_progress: OnProgress) -> None:
        """Tell the progress of planning until it is known what will be made.

        Raises:
            MimoError: it cannot be made.
        """
        for event in self._events:
            if isinstance(event, OutputFormat):
                self._output = event
                return
            assert isinstance(event, Progress)  # frames come after the format
            on_progress(event)

    def events(self) -> Iterator[Event]:
        """What happens."""
        return self._events

    def cancel(self) -> None:
        """Ask the engine process to end it."""
        self._child.send(CancelStream(self._number))

    def wait_for_end(self) -> None:
        """Return when it has ended."""
        self._queue.wait_for_end()

    def end(self, error: Exception | None) -> None:
        """Hear that it has ended."""
        self._queue.end(error)

    def handle(self, message: OfStream) -> None:
        """Take a message of the engine process; called by the thread that receives them."""
        match message:
            case StreamProgressed(_, stage, done, total):
                self._queue.put(Progress(stage, done, total))
            case StreamOpened():
                self._deliver(message.output)
                self._queue.put(message.output)
            case FrameReady(_, index, timestamp_s):
                assert self._ring is not None  # frames come after the format
                rgb = self._ring.slots[index % RING_SLOTS]
                self._queue.put(OutputFrame(index, timestamp_s, rgb))
            case StreamEnded(_, error, sentence):
                self._queue.end(error_from(error, sentence) if error else None)

    def _deliver(self, output: OutputFormat) -> None:
        """Make the ring and give it to the engine process, which then runs the stream."""
        with contextlib.closing(FrameRing((output.height_px, output.width_px, 3))) as ring:
            self._ring = ring
            self._child.send(DeliverFrames(self._number), [os.dup(ring.descriptor)])

    def _frame_taken(self) -> None:
        self._child.send(FrameTaken(self._number))
