"""How many sessions are let in: some at work, a few waiting, the rest refused at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from mimo_runtime.errors import BusyError, ServerUnreachableError


class Admission:
    """Counts the sessions inside.

    `max_sessions` are worked on at once and `max_waiting` may wait beside them; which of them
    works next is the order in which their inputs were complete. Used from one thread only.
    """

    def __init__(self, max_sessions: int, max_waiting: int) -> None:
        self.max_sessions = max_sessions
        self.max_waiting = max_waiting
        self._inside = 0
        self._closed = False

    @property
    def inside(self) -> int:
        """Sessions that hold a place now."""
        return self._inside

    def close(self) -> None:
        """Let nobody in from now on; who is inside stays."""
        self._closed = True

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for one session.

        Raises:
            BusyError: every place is taken.
            ServerUnreachableError: it is closed.
        """
        if self._closed:
            raise ServerUnreachableError("The server is shutting down; try again later.")
        if self._inside >= self.max_sessions + self.max_waiting:
            raise BusyError(
                f"The server is busy: {self.max_sessions} at work and {self.max_waiting} waiting "
                "is all it takes. Try again later, or start it with more sessions."
            )
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
