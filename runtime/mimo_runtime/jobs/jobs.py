"""Jobs as both doors of a server ask for them: from one event loop, files and rows in threads."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from pathlib import Path

from mimo_runtime.errors import MimoError
from mimo_runtime.jobs.changes import Changes
from mimo_runtime.jobs.job import Job, JobState
from mimo_runtime.jobs.queue import JobQueue
from mimo_runtime.jobs.spec import JobSpec
from mimo_runtime.jobs.state import State
from mimo_runtime.jobs.work import JobWork, OnMade
from mimo_runtime.provenance.marking import Marking
from mimo_runtime.runner.runner import Runner
from mimo_runtime.sessions.admission import Admission, closing
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.quotas import Quotas
from mimo_runtime.sessions.spool import check_name
from mimo_runtime.sessions.tracing import Tracer

LOG = logging.getLogger(__name__)
SWEEP_EVERY_S = 60.0


class Jobs:
    """All jobs of a server, of which each caller sees its own. Made inside an event loop."""

    def __init__(
        self,
        state: State,
        runner: Runner,
        limits: InputLimits,
        admission: Admission,
        workers: Executor,
        marking: Marking | None = None,
        on_made: OnMade = lambda *_: None,
        quotas: Quotas | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self.state = state
        self._limits = limits
        self._sessions = admission.max_sessions
        self._changes = Changes()
        self._quotas = quotas or Quotas()
        work = JobWork(
            state, runner, limits, workers, self._changes, marking, on_made, self._quotas, tracer
        )
        self._queue = JobQueue(state, admission, work, self._changes)
        self._sweeper = asyncio.create_task(self._sweep())
        self._refuses = False

    @property
    def running(self) -> int:
        """Jobs that are worked on now."""
        return self._queue.running

    def waiting(self) -> int:
        """Jobs that wait for their turn; from any thread."""
        return len(self.state.progress.queue())

    async def create(self, caller: str, request_id: str, spec: JobSpec, priority: int) -> Job:
        """A new job, or the one that this request has made before; errors as `JobTable.create`.

        Raises:
            LimitExceededError: an input is larger than what is accepted of its kind.
            BusyError: the caller's quota is used up.
            ServerUnreachableError: the server ends.
        """
        if self._refuses:
            raise closing()
        self._quotas.check(caller)
        spec = await asyncio.to_thread(self._checked, caller, spec)
        job = await asyncio.to_thread(self.state.jobs.create, caller, request_id, spec, priority)
        self._queue.fill()
        return await self._told(job)

    async def get(self, caller: str, job_id: str) -> Job:
        """One job. Raises NotFoundError."""
        return await self._told(await asyncio.to_thread(self.state.jobs.get, caller, job_id))

    async def listed(
        self, caller: str, state: JobState | None = None, count: int = 100, before: int = 0
    ) -> list[Job]:
        """The newest jobs of a caller whose number is below `before`, if that is not 0."""
        listed = self.state.jobs.listed
        jobs = await asyncio.to_thread(listed, caller, state, count, before)
        return await asyncio.to_thread(self._placed, jobs)

    async def watch(
        self, caller: str, job_id: str, after: int, every_s: float
    ) -> AsyncIterator[Job]:
        """A job whenever its sequence is above `after`; while it waits also `every_s`."""
        with self._changes.bell(job_id) as bell:
            while True:
                bell.clear()
                job = await self.get(caller, job_id)
                if job.sequence > after or job.state is JobState.QUEUED:
                    after = max(after, job.sequence)
                    yield job
                if job.state.is_final:
                    return
                try:
                    async with asyncio.timeout(every_s):
                        await bell.wait()
                except TimeoutError:
                    pass

    async def cancel(self, caller: str, job_id: str) -> Job:
        """End a job; the job, on which nobody works any more. Raises NotFoundError."""
        job = await asyncio.to_thread(self.state.jobs.cancel, caller, job_id)
        await self._queue.end(job_id)
        await asyncio.to_thread(self.state.tidy, job_id)
        self._changes.ring(job_id)
        return job

    async def purge(self, caller: str, job_id: str, assets: bool) -> None:
        """Remove all there is of a job, with `assets` its inputs too. Raises NotFoundError."""
        await self.cancel(caller, job_id)
        job = await asyncio.to_thread(self.state.jobs.get, caller, job_id)
        await asyncio.to_thread(self.state.purge, job, assets)
        self._changes.ring(job_id)

    async def result(self, caller: str, job_id: str) -> tuple[Job, Path]:
        """A job that has succeeded and the file it made.

        Raises:
            NotFoundError: there is no such job.
            ProtocolError: it has no result.
        """
        job = await self.get(caller, job_id)
        return job, self.state.result_path(job)

    def refuse(self) -> None:
        """Take no more jobs: whoever asks is sent elsewhere."""
        self._refuses = True

    async def close(self, within_s: float) -> None:
        """Give jobs that run `within_s`; what has not ended then begins again with the server."""
        self._sweeper.cancel()
        await self._queue.close(within_s)

    async def _sweep(self) -> None:
        while True:
            await asyncio.to_thread(_sweep, self.state)
            await asyncio.sleep(SWEEP_EVERY_S)

    async def _told(self, job: Job) -> Job:
        if job.state is not JobState.QUEUED:
            return job
        return (await asyncio.to_thread(self._placed, [job]))[0]

    def _placed(self, jobs: list[Job]) -> list[Job]:
        """The same jobs; those that wait know how many go before them."""
        if not any(job.state is JobState.QUEUED for job in jobs):
            return jobs
        positions = {number: at for at, number in enumerate(self.state.progress.queue())}
        mean_s, now_s = self.state.progress.recent_s(), time.time()

        def placed(job: Job) -> Job:
            if job.state is not JobState.QUEUED:
                return job
            position = positions.get(job.number, 0)
            wait_s = mean_s * (position + 1) / self._sessions
            return job.at(position, now_s + wait_s if wait_s else 0.0)

        return [placed(job) for job in jobs]

    def _checked(self, caller: str, spec: JobSpec) -> JobSpec:
        """The same with every name, once the size and the name of each input were found good."""
        assets = {sha256: self.state.assets.get(caller, sha256) for sha256 in spec.digests()}
        for each in spec.inputs:
            self._limits.check(each.kind, assets[each.sha256].size_bytes)
        named = spec.with_names({sha256: asset.name for sha256, asset in assets.items()})
        for each in named.inputs:
            check_name(each.kind, each.name)
        return named


def _sweep(state: State) -> None:
    try:
        state.sweep()
    except (MimoError, OSError) as error:
        LOG.warning("What has expired could not be removed: %s", error)
