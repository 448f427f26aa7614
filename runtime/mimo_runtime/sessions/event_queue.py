"""What a session has to say, handed from its thread to the event loop with back-pressure."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from mimo_runtime.errors import CancelledError

T = TypeVar("T")


class EventQueue(Generic[T]):
    """A bounded queue: one thread puts, one coroutine takes.

    The thread waits while `capacity` items lie in it, so a slow client slows the work down and
    memory stays bounded. Made inside the event loop that will take.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._loop = asyncio.get_running_loop()
        self._filled = asyncio.Event()
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._closed = False

    def put(self, item: T) -> None:
        """Hand over one item, waiting for room.

        Raises:
            CancelledError: the reader has left.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._capacity)
            if self._closed:
                raise CancelledError("The client has left; the synthesis stops.")
            self._items.append(item)
        self._loop.call_soon_threadsafe(self._filled.set)

    def end(self) -> None:
        """Say that no more items will come."""
        with self._changed:
            self._ended = True
        self._loop.call_soon_threadsafe(self._filled.set)

    def close(self) -> None:
        """Say that the reader has left: a `put` that waits, and every later one, fails."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            with self._changed:
                self._filled.clear()
                ended = self._ended and not self._items
                item = self._items.popleft() if self._items else None
                self._changed.notify()
            if ended:
                return
            if item is None:
                await self._filled.wait()
            else:
                yield item
