"""How work is told to stop: by a person, a client that left, or the clock."""

import threading
import time
from collections.abc import Callable
from functools import partial

from mimo_runtime.errors import CancelledError, DeadlineExceededError, MimoError


class CancellationToken:
    """Set from any thread, looked at by the worker before every piece of work.

    `deadline_s` is the time allowed from now on, in seconds; None means no limit.
    """

    def __init__(self, deadline_s: float | None = None) -> None:
        self._cancelled = threading.Event()
        # The garbage collector may run inside a block of it and close a decoder, which forgets.
        self._lock = threading.RLock()
        self._callbacks: list[Callable[[], None]] = []
        self._error: MimoError | None = None
        self._ends_at_s = None if deadline_s is None else time.monotonic() + deadline_s

    @property
    def remaining_s(self) -> float | None:
        """Time that is left, in seconds, 0 when none is; None for no limit."""
        if self._ends_at_s is None:
            return None
        return max(self._ends_at_s - time.monotonic(), 0.0)

    def cancel(self, error: MimoError | None = None) -> None:
        """Ask the work to stop before its next piece; who listens is told once.

        `error` is what it ends with, the first that is given; else it was cancelled.
        """
        with self._lock:
            self._error = self._error or error
            callbacks, self._callbacks = self._callbacks, []
            self._cancelled.set()
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called by `cancel`, or now if that was called before.

        Returns what takes that back.
        """
        with self._lock:
            if not self._cancelled.is_set():
                self._callbacks.append(callback)
                return partial(self._forget, callback)
        callback()
        return partial(self._forget, callback)

    def check(self) -> None:
        """Return when the work may go on.

        Raises:
            CancelledError: `cancel` was called.
            DeadlineExceededError: the time allowed has passed.
            MimoError: what `cancel` was given.
        """
        if self._error is not None:
            raise self._error
        if self._cancelled.is_set():
            raise CancelledError("The synthesis was cancelled; nothing of it is kept.")
        if self.remaining_s == 0:
            raise DeadlineExceededError(
                "The deadline passed before the synthesis ended; allow more time, fewer steps "
                "or fewer frames."
            )

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            self._callbacks = [each for each in self._callbacks if each != callback]
