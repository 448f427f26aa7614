"""What is known of the life of an engine process, and how long it may be silent or busy."""

import time
from collections.abc import Callable
from dataclasses import dataclass

STUCK_DRY_PASSES = 10


@dataclass(frozen=True, slots=True)
class Patience:
    """When an engine process counts as slow, and when as dead, in seconds.

    It is pinged every `ping_s`. `slow_s` without an answer, or at one piece of work, is reported;
    `dead_s` without an answer, or `stuck_s` at one piece of work, ends it. Loading and the dry
    pass may take `start_s`. Large networks on a CPU need longer than that for one piece of work:
    as long as their dry pass took is not slow, and `STUCK_DRY_PASSES` times as long not stuck.
    """

    start_s: float = 7200.0
    ping_s: float = 1.0
    slow_s: float = 15.0
    dead_s: float = 60.0
    stuck_s: float = 1800.0


class EngineHealth:
    """What is known of a process's life.

    Its dry pass took `dry_s`; `report` is told once when it becomes slow, and when it is given up.
    """

    def __init__(self, patience: Patience, dry_s: float, report: Callable[[str], None]) -> None:
        self._patience = patience
        self._slow_work_s = max(patience.slow_s, dry_s)
        self._stuck_work_s = max(patience.stuck_s, STUCK_DRY_PASSES * dry_s)
        self._report = report
        self._heard_at_s = self._pinged_at_s = time.monotonic()
        self._busy_s = 0.0
        self._slow = False

    @property
    def until_ping_s(self) -> float:
        """Time until the next ping."""
        return self._pinged_at_s + self._patience.ping_s - time.monotonic()

    def pinged(self) -> None:
        """Remember that a ping was sent."""
        self._pinged_at_s = time.monotonic()

    def heard(self, busy_s: float | None) -> None:
        """Remember an answer."""
        self._heard_at_s = time.monotonic()
        if busy_s is not None:
            self._busy_s = busy_s

    def alive(self) -> bool:
        """Whether the process may go on; reports once when it becomes slow."""
        silent_s, busy_s = time.monotonic() - self._heard_at_s, self._busy_s
        patience = self._patience
        if silent_s > patience.dead_s or busy_s > self._stuck_work_s:
            self._report(
                f"The engine process has been silent for {silent_s:.0f} s and at one piece of work "
                f"for {busy_s:.0f} s; it is ended and started again."
            )
            return False
        slow = silent_s > patience.slow_s or busy_s > self._slow_work_s
        if slow and not self._slow:
            self._report(f"The engine process is slow: {max(silent_s, busy_s):.0f} s for one step.")
        self._slow = slow
        return True
