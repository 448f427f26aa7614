"""One live stream in the engine process: opened in a thread, run by the loop."""

from dataclasses import fields
from pathlib import Path

from mimo_runtime.runner.live_messages import format_to_wire, live_from_wire, pose_from_wire
from mimo_runtime.runner.live_stream import LiveStream
from mimo_runtime.runner.messages import (
    LiveFrameReady,
    LiveOpened,
    Wire,
)
from mimo_runtime.runner.ring_sink import RingSink
from mimo_runtime.runner.scene_exchange import exchange_scene
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.live_request import LiveFrame
from mimo_runtime.synthesis.request import OutputFrame

TOLD = {each.name for each in fields(LiveFrame)} - {each.name for each in fields(OutputFrame)}


class ServedLive(RingSink[LiveStream]):
    """A `Sink` that writes frames into the server's ring."""

    def prepare(self, synthesizer: Synthesizer) -> None:
        """Check and plan the request, and say what it will make."""
        try:
            self.token.check()
            given = live_from_wire(self._request)
            self._stream = synthesizer.open_live_files(given, self.token)
        except Exception as error:  # of this stream alone
            self.end(error)
            return
        self._send(LiveOpened(self._number, format_to_wire(self._stream.output)))

    def pose(self, values: Wire) -> None:
        """Take the next posture."""
        if self._stream is not None:
            self._stream.take(pose_from_wire(values))
            self._loop.wake()

    def exchange_scene(self, picture: Path) -> None:
        """Have later chunks in another scene."""
        if self._stream is not None:
            limits = live_from_wire(self._request).limits
            exchange_scene(self._stream, picture, limits, self._loop.wake)

    def end_poses(self) -> None:
        """Hear that no posture comes any more."""
        if self._stream is not None:
            self._stream.end_poses()
            self._loop.wake()

    def put(self, frame: OutputFrame) -> None:
        """Write a frame and tell the server."""
        assert isinstance(frame, LiveFrame)
        self._write(frame)
        told = {name: getattr(frame, name) for name in TOLD}
        self._send(LiveFrameReady(self._number, frame.index, frame.timestamp_s, told))
