"""The server's end of one stream that an engine process runs."""

from mimo_runtime.runner.engine_child import EngineChild
from mimo_runtime.runner.messages import (
    FrameReady,
    OfStream,
    StreamEnded,
    StreamOpened,
    StreamProgressed,
)
from mimo_runtime.runner.remote import Remote
from mimo_runtime.runner.runner import Event
from mimo_runtime.synthesis.request import OutputFormat, OutputFrame
from mimo_runtime.wire.progress import OnProgress, Progress


class RemoteStream(Remote[Event]):
    """Turns an engine process's messages into events."""

    def __init__(self, number: int, child: EngineChild) -> None:
        super().__init__(number, child)
        self._output: OutputFormat | None = None

    @property
    def output(self) -> OutputFormat:
        """The video that it makes, once it is open."""
        assert self._output is not None  # `wait_until_open` comes first
        return self._output

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

    def handle(self, message: OfStream) -> None:
        """Take a message of the engine process; called by the thread that receives them."""
        match message:
            case StreamProgressed(_, stage, done, total):
                self._queue.put(Progress(stage, done, total))
            case StreamOpened():
                self._deliver(message.width_px, message.height_px)
                self._queue.put(message.output)
            case FrameReady(_, index, timestamp_s):
                self._queue.put(OutputFrame(index, timestamp_s, self._pixels(index)))
            case StreamEnded():
                self._told_end(message)
