"""Live streams of the service: from the config to the summary of one of them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import grpc.aio

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import DeadlineExceededError, OutOfRangeError, ProtocolError
from mimo_runtime.jobs.asset_store import AssetStore
from mimo_runtime.runner.runner import Runner
from mimo_runtime.serving import requests
from mimo_runtime.serving.adoption import adopt_assets
from mimo_runtime.serving.live_messages import LiveMessages, Requests
from mimo_runtime.serving.live_requests import (
    driving_frame,
    live_change,
    live_settings,
    picture_format,
    pose_frame,
)
from mimo_runtime.serving.live_run import LiveRun
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.stream_table import StreamTable, host_of
from mimo_runtime.sessions.admission import Admission
from mimo_runtime.sessions.live_session import LiveSession
from mimo_runtime.synthesis.live_request import require_live

Context: TypeAlias = "grpc.aio.ServicerContext[pb.SynthesizeLiveRequest, pb.SynthesizeLiveResponse]"


class LiveService:
    """Serves live streams of one loaded bundle, each with a thread of its own while it runs.

    How many fit beside each other is for the engine to say, by what it measured; `admission` is
    the outer bound.
    """

    def __init__(
        self, runner: Runner, options: ServerOptions, streams: StreamTable, spool: Path
    ) -> None:
        self._runner = runner
        self._options = options
        self._streams = streams
        self._spool = spool
        self._runs: set[LiveRun] = set()
        self._holding: set[asyncio.Task[None]] = set()
        self._workers = ThreadPoolExecutor(options.max_live, thread_name_prefix="mimo-live")
        self.admission = Admission(options.max_live, 0, options.max_places_per_host)

    async def close(self) -> None:
        """End the threads, once no call is open; streams that nobody came back to end now."""
        await asyncio.gather(*(run.end() for run in self._runs))
        for task in self._holding:
            task.cancel()
        await asyncio.to_thread(self._workers.shutdown)

    async def synthesize(
        self,
        requests_: Requests,
        context: Context,
        assets: AssetStore | None = None,
    ) -> None:
        """One live stream, which may name `assets`. Raises MimoError for why it ends early."""
        messages = LiveMessages(requests_, context, self._options)
        with self._streams.entered(context.peer(), messages.lag_s) as entry:
            first = await messages.first()
            if first.WhichOneof("payload") == "resume":
                run = await self._resumed(first.resume.token)
                entry.settled = True
                await self._serve(run, messages, first.resume.sequence)
                return
            require_live(self._runner.bundle.manifest)  # before any picture is sent
            run = await self._begun(first.config, messages, context, assets)
            entry.settled = True
            await self._serve(run, messages)

    async def _begun(
        self,
        config: pb.LiveConfig,
        messages: LiveMessages,
        context: Context,
        assets: AssetStore | None,
    ) -> LiveRun:
        """A stream that has its pictures and a place, at work."""
        host = host_of(context.peer())
        self.admission.check(host)
        session = self._session(config, context)
        try:
            await adopt_assets(assets, context, config.assets, session.spool)
            await self._pictures(messages, session)
            place = self.admission.enter(host)
        except BaseException:
            session.close()
            raise

        def on_end() -> None:
            self._runs.discard(run)
            self.admission.leave(place)
            session.close()

        resume_s = min(max(config.resume_s, 0.0), self._options.max_resume_s)
        bundle = self._runner.bundle
        run = LiveRun(session, bundle, resume_s, self._workers, _take, on_end)
        self._runs.add(run)
        return run

    async def _resumed(self, token: str) -> LiveRun:
        """The stream of a token, free of the call that began it."""
        run = next((run for run in self._runs if run.token == token != ""), None)
        if run is None:
            raise OutOfRangeError("No stream of this token is kept any more; open another one.")
        await run.leave_call()
        return run

    async def _serve(self, run: LiveRun, messages: LiveMessages, after: int | None = None) -> None:
        try:
            await run.serve(messages, after)
        finally:
            if run.is_held:
                task = asyncio.create_task(run.hold(run.calls))
                self._holding.add(task)
                task.add_done_callback(self._holding.discard)

    def _session(self, config: pb.LiveConfig, context: Context) -> LiveSession:
        settings, (picture, quality) = live_settings(config), picture_format(config, context.peer())
        limits, deadline_s = self._options.limits, context.time_remaining()
        return LiveSession(
            self._runner, settings, picture, quality, limits, deadline_s, self._spool
        )

    async def _pictures(self, messages: LiveMessages, session: LiveSession) -> None:
        """Spool the pictures, up to the first credit."""
        try:
            async with asyncio.timeout(self._options.upload_timeout_s):
                while (request := await messages.next()) is not None:
                    if request.WhichOneof("payload") == "credit":
                        session.begin()
                        session.credits.grant(request.credit.frames)
                        return
                    if request.WhichOneof("payload") != "chunk":
                        raise ProtocolError(
                            "Before the first credit only pictures may come; send the credit "
                            "after them, and postures after ready."
                        )
                    chunk = request.chunk
                    kind = requests.input_from(chunk)
                    session.spool.append(kind, chunk.name, chunk.data, chunk.last)
        except TimeoutError:
            raise DeadlineExceededError(
                f"The pictures took longer than {self._options.upload_timeout_s:g} s, the most "
                "this server waits; send smaller files, or over a faster line."
            ) from None
        raise ProtocolError("The client closed its side before its first credit; send one.")


def _take(request: pb.SynthesizeLiveRequest, session: LiveSession) -> None:
    match request.WhichOneof("payload"):
        case "pose":
            session.put(pose_frame(request.pose))
        case "driving":
            session.drive(driving_frame(request.driving))
        case "credit":
            session.credits.grant(request.credit.frames)
        case "end":
            session.end_poses()
        case "chunk":
            chunk = request.chunk
            session.picture_slice(requests.input_from(chunk), chunk.data, chunk.last)
        case "change":
            session.change(*live_change(request.change))
        case "heartbeat":
            pass
        case other:
            raise ProtocolError(
                f"A message of kind '{other or 'none'}' came in a running stream; send postures "
                "or driving frames, credits, changes and their pictures, heartbeats and the end."
            )
