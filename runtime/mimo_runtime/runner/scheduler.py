"""Who is next: by deadline, then in turn. Plain data over many streams, or over many hosts."""

import math
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key", int, str)


class Scheduler(Generic[Key]):
    """Knows who is there and when each had its last turn.

    The loop asks it whose work is next (`Scheduler[int]`, streams by number), admission whose
    session may begin (`Scheduler[str]`, hosts by name).
    """

    def __init__(self) -> None:
        self._deadlines_s: dict[Key, float] = {}
        self._last_turns: dict[Key, float] = {}
        self._turns = 0

    def __len__(self) -> int:
        return len(self._deadlines_s)

    def __contains__(self, key: Key) -> bool:
        return key in self._deadlines_s

    def add(self, key: Key, deadline_s: float | None = None) -> None:
        """Take in a stream or host; `deadline_s` on any one clock, None for one without.

        It comes behind who waits for a turn, and before who has just had one.
        """
        self._deadlines_s[key] = math.inf if deadline_s is None else deadline_s
        self._last_turns[key] = self._turns - 0.5

    def move(self, key: Key, deadline_s: float) -> None:
        """Give a stream another deadline, that of its next frame."""
        self._deadlines_s[key] = deadline_s

    def remove(self, key: Key) -> None:
        """Forget a stream or host."""
        del self._deadlines_s[key], self._last_turns[key]

    def next(self, can_go_on: Callable[[Key], bool]) -> Key | None:
        """Whose turn it is among those that can go on, or None.

        The earliest deadline goes first; of equal ones, and where there is none, who has waited
        for the most turns.
        """
        able = filter(can_go_on, self._deadlines_s)
        chosen = min(able, key=self._urgency, default=None)
        if chosen is not None:
            self._turns += 1
            self._last_turns[chosen] = self._turns
        return chosen

    def _urgency(self, key: Key) -> tuple[float, float]:
        return self._deadlines_s[key], self._last_turns[key]
