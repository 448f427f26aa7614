"""How many frames a client has said that it will take."""

import threading

from mimo_runtime.errors import CancelledError, InvalidRequestError, ProtocolError

MAX_CREDITS = 1000


class Credits:
    """Granted from one thread, spent in another, which waits where there are none."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._left = 0
        self._closed = False
        self._final = False

    @property
    def left(self) -> int:
        """Frames that are still granted."""
        with self._changed:
            return self._left

    def grant(self, frames: int) -> None:
        """Add `frames`.

        Raises:
            InvalidRequestError: that is none, or more than may be outstanding.
        """
        with self._changed:
            if not 0 < frames <= MAX_CREDITS - self._left:
                raise InvalidRequestError(
                    f"{frames} frames were granted with {self._left} outstanding; grant 1 or more, "
                    f"{MAX_CREDITS} outstanding at most."
                )
            self._left += frames
            self._changed.notify_all()

    def spend(self) -> int:
        """Take one, waiting until there is one; how many are left.

        Raises:
            CancelledError: the client has left.
            ProtocolError: none is left and none can come any more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._left or self._closed or self._final)
            if self._closed:
                raise CancelledError("The client has left; the stream stops.")
            if not self._left:
                raise ProtocolError(
                    "The client closed its side with frames still to come and no credit left; "
                    "say that postures have ended, and close after the summary."
                )
            self._left -= 1
            return self._left

    def finish(self) -> None:
        """Say that no more are granted."""
        with self._changed:
            self._final = True
            self._changed.notify_all()

    def close(self) -> None:
        """Say that the client has left."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
