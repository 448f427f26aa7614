"""How reading media is told to stop."""

from collections.abc import Callable
from typing import Protocol


class Stop(Protocol):
    """What may end the wait for a decoder from outside; a `CancellationToken` is one."""

    @property
    def remaining_s(self) -> float | None:
        """Time that is left, in seconds; None for no limit."""

    def check(self) -> None:
        """Raises what the work ends with, where it is to end."""

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called when the work is to end; returns what takes that back."""


class Never:
    """Nothing ends the work from outside."""

    remaining_s = None

    def check(self) -> None:
        """It goes on."""

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """It is never called."""
        return callback


NEVER: Stop = Never()
