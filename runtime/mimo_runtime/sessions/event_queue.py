"""What a session has to say, handed from its thread to the event loop in bounded memory."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Generic, TypeVar

from mimo_runtime.errors import CancelledError, IdleError

T = TypeVar("T")

LOOK_S = 0.5

Taken = Callable[[], T]


class EventQueue(Generic[T]):
    """A queue: one thread puts, one coroutine takes. Made inside the event loop that will take.

    Where `capacity` items lie in memory, further ones are kept by `keep`, which gives what brings
    an item back, or None where it has no room: then the thread waits. While it does and
    `contended` says that others wait for what it holds, its `patience_s` runs out.
    """

    def __init__(
        self,
        capacity: int,
        keep: Callable[[T], Taken[T] | None] = lambda _: None,
        contended: Callable[[], bool] = lambda: False,
        patience_s: float = 30.0,
    ) -> None:
        self._capacity = capacity
        self._keep = keep
        self._contended = contended
        self._patience_s = patience_s
        self._loop = asyncio.get_running_loop()
        self._filled = asyncio.Event()
        self._items: deque[Taken[T]] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._closed = False

    def put(self, item: T) -> None:
        """Hand over one item, waiting for room where there is none.

        Raises:
            CancelledError: the reader has left.
            IdleError: the reader is too slow, and others wait.
        """
        taken = self._held(item)
        while taken is None:
            self._wait()
            taken = self._held(item)
        with self._changed:
            self._items.append(taken)
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
                taken = self._items.popleft() if self._items else None
                self._changed.notify()
            if ended:
                return
            if taken is None:
                await self._filled.wait()
            else:
                yield taken()

    def _held(self, item: T) -> Taken[T] | None:
        with self._changed:
            if self._closed:
                raise CancelledError("The client has left; the synthesis stops.")
            if len(self._items) < self._capacity:
                return lambda: item
        return self._keep(item)

    def _wait(self) -> None:
        contended, began_s = self._contended(), time.monotonic()
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or len(self._items) < self._capacity, LOOK_S
            )
        if contended:
            self._patience_s -= time.monotonic() - began_s
        if self._patience_s <= 0:
            raise IdleError(
                "The client reads more slowly than its result is made, all that is kept for it is "
                "full, and others wait; read faster, or ask for a video instead of pictures."
            )
