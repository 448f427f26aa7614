"""One live stream in the engine process: opened in a thread, run by the loop."""

from mimo_runtime.runner.live_exchange import exchange_beside
from mimo_runtime.runner.live_messages import (
    change_from_wire,
    format_to_wire,
    live_from_wire,
    pose_from_wire,
    told_to_wire,
)
from mimo_runtime.runner.live_stream import LiveStream
from mimo_runtime.runner.messages import (
    LiveFrameReady,
    LiveOpened,
    Wire,
)
from mimo_runtime.runner.ring_sink import RingSink
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.live_request import LiveFrame
from mimo_runtime.synthesis.request import OutputFrame


class ServedLive(RingSink[LiveStream]):
    """A `Sink` that writes frames into the server's ring."""

    _synthesizer: Synthesizer | None = None

    def prepare(self, synthesizer: Synthesizer) -> None:
        """Check and plan the request, and say what it will make."""
        try:
            self.token.check()
            given = live_from_wire(self._request)
            self._stream = synthesizer.open_live_files(given, self.token)
            self._synthesizer = synthesizer
        except Exception as error:  # of this stream alone
            self.end(error)
            return
        self._send(LiveOpened(self._number, format_to_wire(self._stream.output)))

    def pose(self, values: Wire) -> None:
        """Take the next posture."""
        if self._stream is not None:
            self._stream.take(pose_from_wire(values))
            self._loop.wake()

    def exchange(self, values: Wire) -> None:
        """Have later frames made otherwise."""
        stream, synthesizer, change = self._stream, self._synthesizer, change_from_wire(values)
        if stream is None or synthesizer is None:
            return
        limits = live_from_wire(self._request).limits
        exchange_beside(
            lambda: synthesizer.exchange(stream, change, limits),
            change.number,
            stream.exchanges,
            self.token.cancel,
            self._loop.wake,
        )

    def end_poses(self) -> None:
        """Hear that no posture comes any more."""
        if self._stream is not None:
            self._stream.end_poses()
            self._loop.wake()

    def put(self, frame: OutputFrame) -> None:
        """Write a frame and tell the server."""
        assert isinstance(frame, LiveFrame)
        self._write(frame)
        told = told_to_wire(frame)
        self._send(LiveFrameReady(self._number, frame.index, frame.timestamp_s, told))
