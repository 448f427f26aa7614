"""A stream that runs alone, in the thread that takes its frames."""

from collections import deque
from collections.abc import Generator

from mimo_runtime.runner.loop import EngineLoop
from mimo_runtime.runner.stream import Stream
from mimo_runtime.synthesis.request import OutputFormat, OutputFrame


class SynthesisJob:
    """One synthesis as a generator of its frames."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    @property
    def output(self) -> OutputFormat:
        """The video that `frames` makes."""
        return self._stream.output

    def frames(self) -> Generator[OutputFrame]:
        """Do the work, giving each frame when it is finished.

        Raises:
            CancelledError: the stream was cancelled; also DeadlineExceededError.
            MediaError: a stream of the template is damaged after all.
        """
        loop, sink = EngineLoop(), _Handover()
        loop.add(self._stream, sink)
        try:
            while loop.step():
                while sink.frames:
                    yield sink.frames.popleft()
        finally:
            loop.close()
        if sink.error:
            raise sink.error


class _Handover:
    """Frames between the loop and the one who takes them, in one thread."""

    def __init__(self) -> None:
        self.frames: deque[OutputFrame] = deque()
        self.error: Exception | None = None

    def has_room(self) -> bool:
        return True

    def put(self, frame: OutputFrame) -> None:
        self.frames.append(frame)

    def end(self, error: Exception | None) -> None:
        self.error = error
