"""The queue of jobs while the disk is full: how a job went is written down once there is room."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from mimo_runtime.errors import MediaError
from mimo_runtime.jobs import queue
from mimo_runtime.jobs.changes import Changes
from mimo_runtime.jobs.job import JobState
from mimo_runtime.jobs.queue import JobQueue
from mimo_runtime.jobs.state import State
from mimo_runtime.sessions.admission import Admission
from tests.runtime.jobs.conftest import OpenState, put, spec_of

SENTENCE = f"Torn{' and torn' * 2000}."  # which takes pages that the file has not yet


class FillingWork:
    """Fills the disk of a state folder, as far as the database can tell, and fails."""

    def __init__(self, state: State) -> None:
        self._connection = state._database._connection

    async def make(self, *_: object) -> None:
        self.bound(1)  # which SQLite takes as: no more than there are
        raise MediaError(SENTENCE)

    def bound(self, pages: int) -> None:
        self._connection.execute(f"PRAGMA max_page_count={pages}")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("ends", [False, True])
def test_a_job_that_failed_with_the_disk_full_does_not_run_for_ever(
    open_state: OpenState,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    ends: bool,
) -> None:
    monkeypatch.setattr(queue, "_TRY_AGAIN_S", 0.05)
    caplog.set_level(logging.WARNING)
    state = open_state()
    job = state.jobs.create(
        "ann", "1", spec_of(put(state, "ann", b"1"), put(state, "ann", b"2")), 0
    )
    work: Any = FillingWork(state)
    admission = Admission(1, 1, 0)

    async def run() -> None:
        jobs = JobQueue(state, admission, work, Changes())
        await until(lambda: len(caplog.records) > 1)
        assert state.jobs.get("ann", job.id).state is JobState.RUNNING
        admission.enter_queue("another")  # the place was given back all the same
        if not ends:
            work.bound(100_000)
            await until(lambda: not jobs.running)
        async with asyncio.timeout(120):
            await jobs.close(0)

    asyncio.run(run())
    assert "cannot write its jobs down" in caplog.text
    told = state.jobs.get("ann", job.id)
    if ends:
        assert told.state is JobState.RUNNING
        state.close()
        assert open_state().jobs.get("ann", job.id).state is JobState.QUEUED
    else:
        assert (told.state, told.reason, told.sentence) == (JobState.FAILED, "MEDIA", SENTENCE)
