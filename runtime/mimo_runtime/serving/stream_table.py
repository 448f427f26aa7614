"""The streams of one kind that are open: bounded, and no idle one keeps a new one out."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mimo_runtime.errors import BusyError, MimoError

IDLE_S = 1.0


@dataclass(slots=True, eq=False)
class Entry:
    """A stream in a table; `settled` once it has got what it came for, so that it may finish."""

    host: str
    lag_s: Callable[[], float]
    task: "asyncio.Task[object]"
    settled: bool = False
    ending: MimoError | None = None
    began_s: float = field(default_factory=time.monotonic)

    @property
    def age_s(self) -> float:
        """How long it has been open."""
        return time.monotonic() - self.began_s

    def end(self, ending: MimoError) -> None:
        """Have the stream end with an error."""
        self.ending = ending
        self.task.cancel()


class StreamTable:
    """At most `most` streams, of one host at most `most_per_host`.

    Where one more comes, the stream that its client keeps waiting the longest makes room, if that
    is longer than a moment: of that host's, or of the host's that has the most. Else the new one
    is refused. Used from one event loop only.
    """

    def __init__(self, most: int, most_per_host: int) -> None:
        self._most = most
        self._most_per_host = most_per_host
        self._entries: set[Entry] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    @contextmanager
    def entered(self, peer: str, lag_s: Callable[[], float]) -> Iterator[Entry]:
        """Be in the table for the time of the block, which belongs to the current task.

        `peer` is what gRPC calls it; `lag_s` how long the client has been waited for.

        Raises:
            BusyError: there is no room, or it was needed for another stream.
            MimoError: what it was ended with.
        """
        task = asyncio.current_task()
        assert task is not None  # every call runs in one
        entry = Entry(host_of(peer), lag_s, task)
        self._make_room(entry.host)
        self._entries.add(entry)
        try:
            yield entry
        except asyncio.CancelledError:
            if entry.ending is None:
                raise
            task.uncancel()
            raise entry.ending from None
        finally:
            self._entries.discard(entry)

    def end_unsettled(self, error: Callable[[], MimoError]) -> None:
        """End every stream that has not got what it came for, each with an error of its own."""
        for entry in self._entries:
            if not entry.settled:
                entry.end(error())

    def _make_room(self, host: str) -> None:
        counts = Counter(entry.host for entry in self._entries)
        if counts[host] >= self._most_per_host:
            self._evict(host)
        elif len(self._entries) >= self._most:
            self._evict(max(counts, key=counts.__getitem__))

    def _evict(self, host: str) -> None:
        slowest = max((e for e in self._entries if e.host == host), key=lambda e: e.lag_s())
        if slowest.lag_s() < IDLE_S:
            raise BusyError(
                f"The server has {len(self._entries)} streams open, which is all it takes of one "
                "kind or of one host; try again later."
            )
        self._entries.discard(slowest)
        slowest.end(
            BusyError(
                "The client kept this stream waiting while others needed its place; send and read "
                "without pause."
            )
        )


def host_of(peer: str) -> str:
    """The host in gRPC's name of a peer, such as ipv4:10.0.0.7:50312; without a port, all of it."""
    kind, _, address = peer.partition(":")
    return address.rpartition(":")[0] if kind in ("ipv4", "ipv6") else peer
