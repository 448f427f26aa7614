"""Items that a thread makes while the ones before are worked on."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar, cast

Item = TypeVar("Item")
_END = object()


def ahead(items: Iterator[Item], count: int = 2) -> Iterator[Item]:
    """The same items in the same order, at most `count` of them made before they are asked for.

    What `items` raises comes out where its item would.
    """
    with ThreadPoolExecutor(1, "ahead") as thread:

        def ask() -> Future[Any]:
            return thread.submit(next, items, _END)

        waiting = deque(ask() for _ in range(count))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(ask())
                yield cast(Item, item)
        finally:
            for one in waiting:
                one.cancel()
