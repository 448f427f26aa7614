"""Jobs that wait get their turns beside the streams of the same server."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial

from mimo_runtime.errors import EngineLostError, ResourceError, ServerUnreachableError
from mimo_runtime.incident import told_error
from mimo_runtime.jobs.changes import Changes
from mimo_runtime.jobs.job import Job
from mimo_runtime.jobs.state import State
from mimo_runtime.jobs.work import JobWork
from mimo_runtime.sessions.admission import Admission
from mimo_runtime.wire.status import row_of

LOG = logging.getLogger(__name__)
_NAME = "jobs"  # among the hosts that take turns
_LOOK_S = 60.0
_TRY_AGAIN_S = 5.0

Change = Callable[[], None]


class JobQueue:
    """Takes the next job whenever `admission` has a place. Used from one event loop only."""

    def __init__(self, state: State, admission: Admission, work: JobWork, changes: Changes) -> None:
        self._state = state
        self._admission = admission
        self._work = work
        self._changes = changes
        self._filled = asyncio.Event()
        self._filled.set()  # with what a server before this one has left
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stopped: set[str] = set()
        self._dispatcher = asyncio.create_task(self._dispatch())

    @property
    def running(self) -> int:
        """Jobs that are worked on now."""
        return len(self._running)

    def fill(self) -> None:
        """Hear that a job waits."""
        self._filled.set()

    async def end(self, job_id: str) -> None:
        """Stop working on a job, if that is done, and wait until nothing of it is left."""
        if (task := self._running.get(job_id)) is not None:
            self._stop(job_id)
            await asyncio.wait([task])

    async def close(self, within_s: float) -> None:
        """Begin no more jobs, give those at work `within_s`, then have them wait for a restart.

        May be called again with a shorter time.
        """
        self._dispatcher.cancel()
        await asyncio.wait([self._dispatcher])
        if tasks := list(self._running.values()):
            await asyncio.wait(tasks, timeout=within_s)
        for job_id in list(self._running):
            self._stop(job_id)
        if tasks := list(self._running.values()):
            await asyncio.wait(tasks)

    def _stop(self, job_id: str) -> None:
        if job_id not in self._stopped:
            self._stopped.add(job_id)
            asyncio.get_running_loop().call_soon(self._running[job_id].cancel)  # once it has begun

    async def _dispatch(self) -> None:
        with contextlib.suppress(ServerUnreachableError):  # the server ends
            while True:
                await self._filled.wait()
                place = self._admission.enter_queue(_NAME)

                def leave(place=place) -> None:  # type: ignore[no-untyped-def]
                    self._admission.leave(place)

                try:
                    while not await place.wait(_LOOK_S):
                        pass
                    job = await self._take()
                except BaseException:
                    leave()
                    raise
                if job is None:
                    leave()
                else:
                    self._begin(job, leave)

    async def _take(self) -> Job | None:
        self._filled.clear()
        taking = asyncio.ensure_future(asyncio.to_thread(self._state.progress.take))
        try:
            job = await asyncio.shield(taking)
        except asyncio.CancelledError:  # the queue closes: nobody will work on what is taken
            if (job := await taking) is not None:
                await asyncio.to_thread(self._state.progress.wait_again, job.id)
            raise
        except ResourceError as error:
            LOG.warning("%s", error)
            await asyncio.sleep(_TRY_AGAIN_S)
            self._filled.set()
            return None
        if job is not None:
            self._filled.set()  # with those behind it
        return job

    def _begin(self, job: Job, leave: Callable[[], None]) -> None:
        self._changes.ring(job.id)
        self._running[job.id] = asyncio.create_task(self._run(job, leave))

    async def _run(self, job: Job, leave: Callable[[], None]) -> None:
        try:
            await self._note(leave, await self._made(job, leave))
            await asyncio.to_thread(self._state.tidy, job.id)
        finally:
            leave()
            del self._running[job.id]
            self._stopped.discard(job.id)
            self._changes.ring(job.id)
            self._filled.set()

    async def _made(self, job: Job, leave: Callable[[], None]) -> Change | None:
        """Work on a job; what has to be written down of it after that, where anything has."""
        progress = self._state.progress
        try:
            await self._work.make(job, leave)
        except asyncio.CancelledError:
            return partial(progress.wait_again, job.id)
        except Exception as error:
            told = told_error(error)
            if not isinstance(told, EngineLostError):
                return partial(progress.fail, job.id, row_of(told).reason, str(told))
            if self._closing:
                return partial(progress.wait_again, job.id)
            return partial(progress.lose, job.id, row_of(told).reason, str(told))
        return None

    async def _note(self, leave: Callable[[], None], change: Change | None) -> None:
        """Write down how a job went, again and again while the disk is full.

        The place is left before that. A server that ends gives up: the next one finds the job as
        one that ran when its server was lost.
        """
        leave()
        while change is not None:
            try:
                await asyncio.to_thread(change)
            except ResourceError as error:
                LOG.warning("%s", error)
            else:
                return
            if self._closing:
                return
            with contextlib.suppress(asyncio.CancelledError):  # a job that is stopped is noted too
                await asyncio.sleep(_TRY_AGAIN_S)

    @property
    def _closing(self) -> bool:
        return self._dispatcher.done()
