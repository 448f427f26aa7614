"""What a stream says, between the thread of the loop and the one that waits for it."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from mimo_runtime.synthesis.request import OutputFrame

FRAMES_AHEAD = 2

Event = TypeVar("Event")


class StreamEvents(Generic[Event]):
    """A `Sink` and its reader. Frames are bounded by `FRAMES_AHEAD`, progress by the work itself.

    `on_room` is called when a frame has been taken and another may come.
    """

    def __init__(self, on_room: Callable[[], None]) -> None:
        self._on_room = on_room
        self._events: deque[Event] = deque()
        self._frames = 0
        self._changed = threading.Condition()
        self._ended = False
        self._error: Exception | None = None

    def has_room(self) -> bool:
        """Whether one more frame can be put."""
        with self._changed:
            return self._frames < FRAMES_AHEAD

    def put(self, event: Event) -> None:
        """Take the next event."""
        with self._changed:
            self._frames += isinstance(event, OutputFrame)
            self._events.append(event)
            self._changed.notify()

    def end(self, error: Exception | None) -> None:
        """Hear that nothing comes after this."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify()

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        with self._changed:
            return self._ended

    def wait_for_end(self) -> None:
        """Return when the stream has ended, dropping what it still says."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended)

    def drop(self) -> None:
        """Forget what was not read."""
        with self._changed:
            self._events.clear()

    def __iter__(self) -> Iterator[Event]:
        """Every event until the end.

        Raises:
            Exception: what the stream ended with; events that lie before it are dropped.
        """
        while (event := self._next()) is not None:
            yield event
            if isinstance(event, OutputFrame):
                with self._changed:
                    self._frames -= 1
                self._on_room()

    def _next(self) -> Event | None:
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._ended)
            if self._error:
                raise self._error
            return self._events.popleft() if self._events else None
