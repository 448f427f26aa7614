"""Which stream's work is next: by deadline, then in turn. Plain data over many streams."""

import math
from collections.abc import Callable


class Scheduler:
    """Knows the streams that are at work, by number, and when each had its last turn."""

    def __init__(self) -> None:
        self._deadlines_s: dict[int, float] = {}
        self._last_turns: dict[int, int] = {}
        self._turns = 0

    def __len__(self) -> int:
        return len(self._deadlines_s)

    def add(self, stream: int, deadline_s: float | None = None) -> None:
        """Take in a stream; `deadline_s` on any one clock, None for one without."""
        self._deadlines_s[stream] = math.inf if deadline_s is None else deadline_s
        self._last_turns[stream] = self._turns

    def move(self, stream: int, deadline_s: float) -> None:
        """Give a stream another deadline, that of its next frame."""
        self._deadlines_s[stream] = deadline_s

    def remove(self, stream: int) -> None:
        """Forget a stream."""
        del self._deadlines_s[stream], self._last_turns[stream]

    def next(self, can_go_on: Callable[[int], bool]) -> int | None:
        """The stream whose turn it is among those that can go on, or None.

        The earliest deadline goes first; of equal ones, and where there is none, the stream that
        has waited for the most turns.
        """
        able = filter(can_go_on, self._deadlines_s)
        chosen = min(able, key=self._urgency, default=None)
        if chosen is not None:
            self._turns += 1
            self._last_turns[chosen] = self._turns
        return chosen

    def _urgency(self, stream: int) -> tuple[float, int]:
        return self._deadlines_s[stream], self._last_turns[stream]
