"""How work in a thread is told to stop: by a person, a client that left, or the clock."""

import threading
import time

from mimo_runtime.errors import CancelledError, DeadlineExceededError


class StopSignal:
    """Set from any thread, looked at by the worker before every pass.

    `deadline_s` is the time allowed from now on, in seconds; None means no limit.
    """

    def __init__(self, deadline_s: float | None = None) -> None:
        self._cancelled = threading.Event()
        self._ends_at_s = None if deadline_s is None else time.monotonic() + deadline_s

    def cancel(self) -> None:
        """Ask the work to stop at its next pass."""
        self._cancelled.set()

    def check(self) -> None:
        """Return when the work may go on.

        Raises:
            CancelledError: `cancel` was called.
            DeadlineExceededError: the time allowed has passed.
        """
        if self._cancelled.is_set():
            raise CancelledError("The synthesis was cancelled; nothing of it is kept.")
        if self._ends_at_s is not None and time.monotonic() >= self._ends_at_s:
            raise DeadlineExceededError(
                "The deadline passed before the synthesis ended; allow more time, fewer steps "
                "or fewer frames."
            )
