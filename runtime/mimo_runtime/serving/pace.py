"""How long one side of a stream may be waited for, and how slow it may be."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

LEAST_BYTES: Final = 1024  # that a message to the client counts as: a busy server writes it late


class Pace:
    """Patience with a client, in seconds: waiting uses it up, bytes that move restore it.

    Each byte restores `1 / min_bytes_per_s` seconds, up to `patience_s`. So a client that is
    silent, or sends empty messages, is late after `patience_s`, and one that is slower than
    `min_bytes_per_s` is late in the end.
    """

    def __init__(self, patience_s: float, min_bytes_per_s: float) -> None:
        self._patience_s = self._left_s = patience_s
        self._byte_s = 1 / min_bytes_per_s
        self._waiting_since_s: float | None = None

    @property
    def lag_s(self) -> float:
        """How much of the patience is used up now."""
        waited_s = 0.0
        if self._waiting_since_s is not None:
            waited_s = time.monotonic() - self._waiting_since_s
        return self._patience_s - self._left_s + waited_s

    def moved(self, size_bytes: int) -> None:
        """Hear that bytes have moved."""
        self._left_s = min(self._left_s + size_bytes * self._byte_s, self._patience_s)

    def restore(self) -> None:
        """Hear that the client has shown that it is there."""
        self._left_s = self._patience_s

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Wait for the client in the block.

        Raises:
            TimeoutError: the patience is used up.
        """
        self._waiting_since_s = began_s = time.monotonic()
        try:
            async with asyncio.timeout(max(self._left_s, 0)):
                yield
        finally:
            self._waiting_since_s = None
            self._left_s -= time.monotonic() - began_s
