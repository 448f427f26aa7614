"""Frames that a thread beside brings, a few of which may wait."""

import threading
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from mimo_runtime.planning.frame_queue import FrameQueue
from mimo_runtime.wire.live import QueuePolicy

WAITING = 2

T = TypeVar("T")


class Queued(Generic[T]):
    """What `source` gives, gone through in a thread that `start` begins.

    `WAITING` of it may wait; of a LIVE one the newest are kept, else the thread waits. What
    `source` raises is raised by the iterator, behind what came before.
    """

    def __init__(self, source: Iterable[T], policy: QueuePolicy) -> None:
        self._source = source
        self._queue = FrameQueue[T](WAITING, policy)
        self._changed = threading.Condition()
        self._ended = False
        self._error: Exception | None = None

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, daemon=True).start()

    def __iter__(self) -> Iterator[T]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: len(self._queue) or self._ended)
                taken = self._queue.take()
                self._changed.notify_all()
            if taken is not None:
                yield taken
            elif self._error is not None:
                raise self._error
            else:
                return

    def _run(self) -> None:
        try:
            for item in self._source:
                with self._changed:
                    while not self._queue.put(item):
                        self._changed.wait()
                    self._changed.notify_all()
        except Exception as error:  # the reader's
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()
