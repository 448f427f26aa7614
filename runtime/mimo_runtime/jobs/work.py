"""One job's work: the same session as a stream's, with a file in place of a client."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

from mimo_runtime.jobs.changes import Changes
from mimo_runtime.jobs.job import Job, JobResult
from mimo_runtime.jobs.overall_progress import OverallProgress
from mimo_runtime.jobs.prepared import keep_prepared
from mimo_runtime.jobs.result_file import BoundedResult
from mimo_runtime.jobs.state import State
from mimo_runtime.provenance.marking import Marking
from mimo_runtime.runner.runner import Runner
from mimo_runtime.sessions.encoding import EncodedFrames
from mimo_runtime.sessions.inputs import InputLimits
from mimo_runtime.sessions.kept_work import KeptWork
from mimo_runtime.sessions.preparing import Preparing
from mimo_runtime.sessions.quotas import Quotas, Usage
from mimo_runtime.sessions.running import at_work
from mimo_runtime.sessions.session import Event, Made, Session
from mimo_runtime.sessions.spool import Spool
from mimo_runtime.sessions.tracing import NoTracer, Tracer
from mimo_runtime.synthesis.request import OutputFormat
from mimo_runtime.wire.kinds import JobTask
from mimo_runtime.wire.progress import Progress

OnMade = Callable[[Job, JobResult, Made | None], None]
TELL_EVERY_S = 1.0  # progress, unless a new stage begins; each time is written to disk


class JobWork:
    """Makes what jobs ask for, each in a thread of `workers`; results are signed by `marking`.

    `on_made` hears of every result before it is told to be there, and what it was made of where
    that is a video.
    """

    def __init__(
        self,
        state: State,
        runner: Runner,
        limits: InputLimits,
        workers: Executor,
        changes: Changes,
        marking: Marking | None = None,
        on_made: OnMade = lambda *_: None,
        quotas: Quotas | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self._state = state
        self._runner = runner
        self._limits = limits
        self._workers = workers
        self._changes = changes
        self._marking = marking
        self._on_made = on_made
        self._quotas = quotas or Quotas()
        self._tracer = tracer or NoTracer()

    async def make(self, job: Job, leave: Callable[[], None]) -> None:
        """Do one job, from its inputs to its result; `leave` is called when the engine is free.

        Raises:
            MimoError: why it cannot be done.
        """
        usage = Usage()
        make = self._make_video if job.spec.task is JobTask.VIDEO else self._prepare
        try:
            await make(job, leave, usage)
        finally:
            usage.stop()
            self._quotas.charge(job.caller, usage)

    async def _make_video(self, job: Job, leave: Callable[[], None], usage: Usage) -> None:
        spec, limits = job.spec, self._limits
        kept = await asyncio.to_thread(self._kept, job)
        session = Session(
            self._runner, spec.settings, spec.kind, limits, None,
            view=spec.view, spool=self._state.work, marking=self._marking, with_sound=True,
            kept=kept,
        )  # fmt: skip
        try:
            await asyncio.to_thread(self._adopt, job, session.spool)
            room_bytes = await asyncio.to_thread(self._state.room_bytes, job.caller)
            result = BoundedResult(spec.kind, session.spool.folder, room_bytes)
            try:
                await self._at_work(job, session, leave, usage, result)
                await asyncio.to_thread(self._keep, job, result, session)
            finally:
                result.close()
        finally:
            session.close()

    async def _prepare(self, job: Job, leave: Callable[[], None], usage: Usage) -> None:
        spec, kept = job.spec, await asyncio.to_thread(self._kept, job)
        preparing = Preparing(spec.task, spec.view, self._limits, self._state.work, kept)
        try:
            await asyncio.to_thread(self._adopt, job, preparing.spool)
            await self._at_work(job, preparing, leave, usage)
            await asyncio.to_thread(keep_prepared, self._state, job, preparing, self._on_made)
        finally:
            preparing.close()

    async def _at_work(
        self,
        job: Job,
        session: Session | Preparing,
        leave: Callable[[], None],
        usage: Usage,
        result: BoundedResult | None = None,
    ) -> None:
        """Have a session work, and note what it says."""
        session.begin()
        usage.start()
        told, named = (
            _Told(OverallProgress(job.spec)),
            {"mimo.job": job.id, "mimo.caller": job.caller},
        )
        with self._tracer.session("mimo.job", named, {}) as trace:
            async with at_work(session, self._workers, leave) as events:
                async for event in events:
                    usage.note(event)
                    trace(event)
                    await self._note(job, result, event, told)

    def _kept(self, job: Job) -> KeptWork:
        max_bytes = self._state.limits.max_kept_frame_bytes
        folder = self._state.kept_folder(job.id)
        return KeptWork(folder, max_bytes, partial(self._state.progress.gain, job.id))

    def _adopt(self, job: Job, spool: Spool) -> None:
        for each in job.spec.inputs:
            path = self._state.assets.path(job.caller, each.sha256)
            spool.adopt(each.kind, each.name, path)

    def _keep(self, job: Job, result: BoundedResult, session: Session) -> None:
        path, told = result.finish(job.id, session.seal, session.sound)
        made = session.made and replace(session.made, sha256=told.sha256)
        self._on_made(job, told, made)
        self._state.keep_result(job, path, told)

    async def _note(
        self, job: Job, result: BoundedResult | None, event: Event, told: "_Told"
    ) -> None:
        if result is not None and isinstance(event, EncodedFrames):
            await asyncio.to_thread(result.append, event)
        elif isinstance(event, OutputFormat):
            await asyncio.to_thread(self._state.progress.plan, job.id, event)
            self._changes.ring(job.id)
        elif isinstance(event, Progress) and told.is_due(event):
            await asyncio.to_thread(self._state.progress.tell, job.id, event, told.percent)
            self._changes.ring(job.id)


class _Told:
    """What was last told of a job's progress, and when; it is at `percent` as a whole."""

    def __init__(self, overall: OverallProgress) -> None:
        self.percent = 0
        self._overall = overall
        self._stage = ""
        self._at_s = 0.0

    def is_due(self, progress: Progress) -> bool:
        """Whether to tell this one; that counts as told."""
        now_s, self.percent = time.monotonic(), self._overall.take(progress)
        if progress.stage == self._stage and now_s - self._at_s < TELL_EVERY_S:
            return False
        self._stage, self._at_s = progress.stage, now_s
        return True
