"""Whoever watches a job hears when it has changed. Used from one event loop only."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Changes:
    """A bell for each job that is watched."""

    def __init__(self) -> None:
        self._bells: dict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def bell(self, job_id: str) -> Iterator[asyncio.Event]:
        """Rings when the job has changed, for the time of the block."""
        event = asyncio.Event()
        self._bells[job_id].add(event)
        try:
            yield event
        finally:
            self._bells[job_id].discard(event)
            if not self._bells[job_id]:
                del self._bells[job_id]

    def ring(self, job_id: str) -> None:
        """Say that a job has changed."""
        for event in self._bells.get(job_id, ()):
            event.set()
