"""The postures of a motion capture, handed to a stream in a thread of their own."""

import threading
from collections.abc import Callable
from contextlib import ExitStack

from mimo_runtime.errors import MimoError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.sessions.driving import DrivingCapture
from mimo_runtime.synthesis.cancellation import CancellationToken
from mimo_runtime.wire.driving import Driven
from mimo_runtime.wire.live import LiveSettings, PoseFrame, QueuePolicy


class PoseRoom:
    """Room for `frames` postures ahead of those that have been taken up. From any thread."""

    def __init__(self, frames: int) -> None:
        self._changed = threading.Condition()
        self._frames = frames
        self._entered = self._gone = 0
        self._closed = False

    def enter(self) -> bool:
        """Wait until there is room for one more; False where the stream has ended."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._entered - self._gone < self._frames
            )
            self._entered += 1
            return not self._closed

    def gone(self, count: int) -> None:
        """Hear that `count` in all have been taken up."""
        with self._changed:
            self._gone = max(self._gone, count)
            self._changed.notify_all()

    def close(self) -> None:
        """Hear that the stream has ended."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Follower:
    """Has encoded frames looked at, and hands the postures to a stream in a thread of its own.

    The process that looks at them starts at once and is gone when `stack` is.
    """

    def __init__(
        self,
        settings: LiveSettings,
        limits: MediaLimits,
        token: CancellationToken,
        stack: ExitStack,
    ) -> None:
        self._stack, self._policy = stack, settings.policy
        self._capture = stack.enter_context(DrivingCapture(settings, limits))
        self._room: PoseRoom | None = None
        stack.callback(token.on_cancel(self.close))
        self.put, self.end = self._capture.put, self._capture.end
        self.wait_until_ready = self._capture.wait_until_ready

    def close(self) -> None:
        """End it from any thread."""
        self._capture.kill()
        if self._room is not None:
            self._room.close()

    def gone(self, count: int) -> None:
        """Hear that `count` postures in all have been taken up."""
        if self._room is not None:
            self._room.gone(count)

    def start(
        self,
        queue_frames: int,
        put: Callable[[PoseFrame], None],
        tell: Callable[[Driven], None],
        on_end: Callable[[MimoError | None], None],
    ) -> None:
        """Give `put` every posture, a lossless stream no more than it has room for."""
        if self._policy is QueuePolicy.LOSSLESS:
            self._room = PoseRoom(queue_frames)
        arguments = (put, tell, on_end)
        thread = threading.Thread(target=self._run, args=arguments, name="mimo-follow", daemon=True)
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(self.close)

    def _run(
        self,
        put: Callable[[PoseFrame], None],
        tell: Callable[[Driven], None],
        on_end: Callable[[MimoError | None], None],
    ) -> None:
        try:
            for event in self._capture.events():
                if isinstance(event, Driven):
                    tell(event)
                elif self._room is None or self._room.enter():
                    put(event)
        except MimoError as error:
            on_end(error)
        else:
            on_end(None)
