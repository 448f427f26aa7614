"""Which segment is next, and what becomes of one that ended: plain data, whoever renders."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from mimo_runtime.errors import (
    BundleError,
    InvalidRequestError,
    MediaError,
    MimoError,
    PreemptedError,
    ResourceError,
    UnsupportedError,
)

RETRIES: Final = 6
"""How often a segment may fail, or its worker be lost, before the shot is given up."""
HOPELESS: Final = {
    kind.exit_code: kind
    for kind in (InvalidRequestError, MediaError, BundleError, UnsupportedError)
}
"""Exit codes after which no other machine does better."""


class SegmentQueue:
    """Segments of a shot that are waiting, at work or done.

    What is lost goes to the front, so that it is the next one.
    """

    def __init__(self, segments: Iterable[str]) -> None:
        self._waiting = deque(segments)
        self._at_work: set[str] = set()
        self._failures: dict[str, int] = {}
        self.done = 0

    def take(self) -> str | None:
        """The next segment; None where none is waiting."""
        if not self._waiting:
            return None
        segment = self._waiting.popleft()
        self._at_work.add(segment)
        return segment

    @property
    def is_complete(self) -> bool:
        """Whether all are done."""
        return not self._waiting and not self._at_work

    def ended(self, segment: str, exit_code: int, said: str) -> None:
        """A worker ended with `segment`; `said` is what it wrote of errors.

        Raises:
            MimoError: it cannot be rendered, or has failed too often; the sentence is its own.
        """
        self._at_work.remove(segment)
        if exit_code == 0:
            self.done += 1
            return
        sentence = said.strip().rpartition("Error: ")[2] or f"It ended with {exit_code}."
        if (kind := HOPELESS.get(exit_code)) is not None:
            raise kind(f"The frames {segment} cannot be rendered: {sentence}")
        if exit_code != PreemptedError.exit_code:
            self._failed(segment, sentence)
        self._waiting.appendleft(segment)

    def lost(self, segment: str, why: str) -> None:
        """Whoever was at `segment` is gone. Raises MimoError where that was too often."""
        self._at_work.remove(segment)
        self._failed(segment, why)
        self._waiting.appendleft(segment)

    def _failed(self, segment: str, why: str) -> None:
        self._failures[segment] = self._failures.get(segment, 0) + 1
        if self._failures[segment] > RETRIES:
            error: type[MimoError] = ResourceError
            raise error(
                f"The frames {segment} failed {RETRIES + 1} times, the last time so: {why} Mend "
                "that and submit the shot again; what is finished is kept."
            )
