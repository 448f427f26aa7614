"""Items that threads make while the ones before are worked on."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar, cast

Item = TypeVar("Item")
Made = TypeVar("Made")
_END = object()
_MOST_THREADS = 4


def prefetch(items: Iterator[Item], count: int = 2) -> Iterator[Item]:
    """The same items in the same order, at most `count` of them made before they are asked for.

    What `items` raises comes out where its item would.
    """
    with ThreadPoolExecutor(1, "prefetch") as thread:

        def ask() -> Future[Any]:
            return thread.submit(next, items, _END)

        waiting = deque(ask() for _ in range(count))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(ask())
                yield cast(Item, item)
        finally:
            for future in waiting:
                future.cancel()


def parallel_map(
    make: Callable[[Item], Made], items: Iterable[Item], threads: int | None = None
) -> Iterator[Made]:
    """What `make` makes of each item, in the order of the items, several made side by side.

    Args:
        make: is called from `threads` threads; what it raises comes out where its item would.
        items: are taken in the caller's thread, at most `threads` before they are asked for.
        threads: None for one per core, at most 4.
    """
    count = threads or min(os.cpu_count() or 1, _MOST_THREADS)
    with ThreadPoolExecutor(count, "parallel_map") as pool:
        waiting: deque[Future[Made]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(make, item))
                if len(waiting) > count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
