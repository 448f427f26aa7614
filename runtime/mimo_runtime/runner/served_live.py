"""One live stream in the engine process: opened in a thread, run by the loop."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.media.ring import RING_SLOTS, map_ring
from mimo_runtime.runner.live_messages import format_to_wire, live_from_wire, pose_from_wire
from mimo_runtime.runner.live_stream import LiveStream
from mimo_runtime.runner.messages import (
    FromEngine,
    LiveFrameReady,
    LiveOpened,
    OpenLive,
    StreamEnded,
    Wire,
)
from mimo_runtime.runner.scene_exchange import exchange_scene
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.runner.threads import LoopThread
from mimo_runtime.scarcity import resource_error
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.synthesis.live_request import LiveFrame, live_request
from mimo_runtime.synthesis.request import OutputFrame

TOLD = {each.name for each in fields(LiveFrame)} - {each.name for each in fields(OutputFrame)}


class ServedLive:
    """A `Sink` that writes frames into the server's ring, as many as have free slots."""

    def __init__(
        self,
        asked: OpenLive,
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
        self._stream: LiveStream | None = None
        self._slots: NDArray[np.uint8] | None = None
        self._put = self._taken = 0

    def prepare(self, synthesizer: Synthesizer) -> None:
        """Check and plan the request, and say what it will make."""
        try:
            given = live_from_wire(self._asked.request)
            self.token.check()
            request = live_request(given.files, given.settings, given.limits, self.token)
            self._stream = synthesizer.open_live(request, self.token)
        except Exception as error:  # of this stream alone
            self.end(error)
            return
        self._send(LiveOpened(self._number, format_to_wire(self._stream.output)))

    def deliver(self, descriptor: int) -> None:
        """Run the stream, its frames going into the ring behind `descriptor`."""
        assert self._stream is not None  # the server answers `LiveOpened`
        output = self._stream.output
        self._slots = map_ring(descriptor, (output.height_px, output.width_px, 3))
        self._loop.add(self._stream, self)
        self.token.on_cancel(self._loop.wake)

    def pose(self, values: Wire) -> None:
        """Take the next posture."""
        if self._stream is not None:
            self._stream.take(pose_from_wire(values))
            self._loop.wake()

    def exchange_scene(self, picture: Path) -> None:
        """Have later chunks in another scene."""
        if self._stream is not None:
            limits = live_from_wire(self._asked.request).limits
            exchange_scene(self._stream, picture, limits, self._loop.wake)

    def end_poses(self) -> None:
        """Hear that no posture comes any more."""
        if self._stream is not None:
            self._stream.end_poses()
            self._loop.wake()

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
        assert isinstance(frame, LiveFrame)
        self._slots[frame.index % RING_SLOTS] = frame.rgb
        self._put += 1
        told = {name: getattr(frame, name) for name in TOLD}
        self._send(LiveFrameReady(self._number, frame.index, frame.timestamp_s, told))

    def end(self, error: Exception | None) -> None:
        """Say that the stream has ended."""
        self._on_end(self._number)
        error = error and (resource_error(error) or error)
        kind = "" if error is None else type(error).__name__
        self._send(StreamEnded(self._number, kind, "" if error is None else str(error)))
