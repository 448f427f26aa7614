"""The server's end of one live stream that an engine process runs."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from mimo_runtime.media.ring import RING_SLOTS, FrameRing
from mimo_runtime.runner.engine_child import EngineChild
from mimo_runtime.runner.live_messages import format_from_wire, pose_to_wire
from mimo_runtime.runner.messages import (
    CancelStream,
    DeliverFrames,
    FrameTaken,
    LiveFrameReady,
    LiveOpened,
    OfStream,
    PoseArrived,
    PosesEnded,
    SceneGiven,
    StreamEnded,
    error_from,
)
from mimo_runtime.runner.runner import LiveEvent
from mimo_runtime.runner.stream_events import StreamEvents
from mimo_runtime.synthesis.live_request import LiveFormat, LiveFrame
from mimo_runtime.wire.live import PoseFrame


class RemoteLive:
    """Sends postures to an engine process and turns its messages into events."""

    def __init__(self, number: int, child: EngineChild) -> None:
        self._number = number
        self._child = child
        self._ring: FrameRing | None = None
        self._queue = StreamEvents[LiveEvent](self._frame_taken)
        self._events = iter(self._queue)
        self._output: LiveFormat | None = None

    @property
    def output(self) -> LiveFormat:
        """What it makes, once it is open."""
        assert self._output is not None  # `wait_until_open` comes first
        return self._output

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self._queue.ended

    def wait_until_open(self) -> None:
        """Wait until it is known what will be made.

        Raises:
            MimoError: it cannot be made.
        """
        opened = next(self._events, None)
        assert isinstance(opened, LiveFormat)  # frames come after the format
        self._output = opened

    def put(self, frame: PoseFrame) -> None:
        """Send the next posture."""
        self._child.send(PoseArrived(self._number, pose_to_wire(frame)))

    def exchange_scene(self, picture: Path) -> None:
        """Have later chunks in another scene."""
        self._child.send(SceneGiven(self._number, str(picture)))

    def end_poses(self) -> None:
        """Say that no posture comes any more."""
        self._child.send(PosesEnded(self._number))

    def events(self) -> Iterator[LiveEvent]:
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
            case LiveOpened(_, output):
                opened = format_from_wire(output)
                self._deliver(opened)
                self._queue.put(opened)
            case LiveFrameReady(_, index, timestamp_s, told):
                assert self._ring is not None  # frames come after the format
                rgb = self._ring.slots[index % RING_SLOTS]
                self._queue.put(LiveFrame(index, timestamp_s, rgb, **told))
            case StreamEnded(_, error, sentence):
                self._queue.end(error_from(error, sentence) if error else None)

    def _deliver(self, output: LiveFormat) -> None:
        """Make the ring and give it to the engine process, which then runs the stream."""
        with contextlib.closing(FrameRing((output.height_px, output.width_px, 3))) as ring:
            self._ring = ring
            self._child.send(DeliverFrames(self._number), [os.dup(ring.descriptor)])

    def _frame_taken(self) -> None:
        self._child.send(FrameTaken(self._number))
