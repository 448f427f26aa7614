"""One stream in the engine process: opened in a thread, run by the loop, told to the server."""

from mimo_runtime.runner.messages import (
    FrameReady,
    StreamOpened,
    StreamProgressed,
    request_from_wire,
)
from mimo_runtime.runner.ring_sink import RingSink
from mimo_runtime.runner.stream import Stream
from mimo_runtime.runner.synthesizer import Synthesizer
from mimo_runtime.synthesis.request import OutputFrame
from mimo_runtime.wire.progress import Progress


class ServedStream(RingSink[Stream]):
    """A `Sink` that writes frames into the server's ring."""

    def prepare(self, synthesizer: Synthesizer) -> None:
        """Check and plan the request, and say what it will make."""
        try:
            self.token.check()
            given = request_from_wire(self._request)
            self._stream = synthesizer.open_files(given, self.token, self._tell)
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

    def put(self, frame: OutputFrame) -> None:
        """Write a frame and tell the server."""
        self._write(frame)
        self._send(FrameReady(self._number, frame.index, frame.timestamp_s))

    def _tell(self, progress: Progress) -> None:
        told = progress.stage, progress.done, progress.total
        self._send(StreamProgressed(self._number, *told))
