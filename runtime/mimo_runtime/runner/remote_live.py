"""The server's end of one live stream that an engine process runs."""

from mimo_runtime.runner.engine_child import EngineChild
from mimo_runtime.runner.live_messages import (
    change_to_wire,
    format_from_wire,
    pose_to_wire,
    told_from_wire,
)
from mimo_runtime.runner.messages import (
    ChangeGiven,
    LiveFrameReady,
    LiveOpened,
    OfStream,
    PoseArrived,
    PosesEnded,
    StreamEnded,
)
from mimo_runtime.runner.remote import Remote
from mimo_runtime.runner.runner import LiveEvent
from mimo_runtime.synthesis.live_request import LiveFormat, LiveFrame
from mimo_runtime.wire.live import PoseFrame
from mimo_runtime.wire.live_change import LiveChange


class RemoteLive(Remote[LiveEvent]):
    """Sends postures to an engine process and turns its messages into events."""

    def __init__(self, number: int, child: EngineChild) -> None:
        super().__init__(number, child)
        self._output: LiveFormat | None = None

    @property
    def output(self) -> LiveFormat:
        """What it makes, once it is open."""
        assert self._output is not None  # `wait_until_open` comes first
        return self._output

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

    def exchange(self, change: LiveChange) -> None:
        """Have later frames made otherwise."""
        self._child.send(ChangeGiven(self._number, change_to_wire(change)))

    def end_poses(self) -> None:
        """Say that no posture comes any more."""
        self._child.send(PosesEnded(self._number))

    def handle(self, message: OfStream) -> None:
        """Take a message of the engine process; called by the thread that receives them."""
        match message:
            case LiveOpened(_, output):
                opened = format_from_wire(output)
                self._deliver(opened.width_px, opened.height_px)
                self._queue.put(opened)
            case LiveFrameReady(_, index, timestamp_s, told):
                self._queue.put(
                    LiveFrame(index, timestamp_s, self._pixels(index), **told_from_wire(told))
                )
            case StreamEnded():
                self._told_end(message)
