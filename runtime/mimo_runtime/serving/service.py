"""The service: what happens from the config to the summary of one stream."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import grpc.aio

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.errors import DeadlineExceededError
from mimo_runtime.jobs.asset_store import AssetStore
from mimo_runtime.runner.runner import Runner
from mimo_runtime.serving import requests, responses
from mimo_runtime.serving.abort import abort_on_error
from mimo_runtime.serving.adoption import adopt_assets
from mimo_runtime.serving.call_record import CURRENT, note_summary
from mimo_runtime.serving.callers import caller_of
from mimo_runtime.serving.live_service import LiveService
from mimo_runtime.serving.message_stream import MessageStream
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.oversight import Oversight
from mimo_runtime.serving.sent_video import SentVideo
from mimo_runtime.serving.stream_table import StreamTable, host_of
from mimo_runtime.sessions.admission import Admission, Place
from mimo_runtime.sessions.encoding import EncodedFrames
from mimo_runtime.sessions.quotas import Usage
from mimo_runtime.sessions.running import at_work
from mimo_runtime.sessions.session import Event, Session, Summary
from mimo_runtime.sessions.tracing import OnEvent
from mimo_runtime.synthesis.resolved import resolved_settings

NAME = pb.DESCRIPTOR.services_by_name["SynthesisService"].full_name

CallContext = Any  # of gRPC, or what another door puts in its place
Context = grpc.aio.ServicerContext[pb.SynthesizeRequest, pb.SynthesizeResponse]


class SynthesisService(synthesis_pb2_grpc.SynthesisServiceServicer):
    """Serves one loaded bundle.

    `workers` has `max_sessions` threads; sessions keep their files in `spool`. `streams` are all
    that are open, of which `admission` knows those that wait for their turn or are at work. What
    `assets` holds, where there are any, can be named by streams.
    """

    def __init__(
        self,
        runner: Runner,
        options: ServerOptions,
        workers: ThreadPoolExecutor,
        spool: Path,
        oversight: Oversight,
    ) -> None:
        self._runner = runner
        self._options = options
        self._workers = workers
        self._spool = spool
        self._oversight = oversight
        self.admission = Admission(
            options.max_sessions, options.max_waiting, options.max_places_per_host
        )
        self.streams = StreamTable(options.max_streams, options.max_streams_per_host)
        self.assets: AssetStore | None = None
        self.live = LiveService(runner, options, self.streams, spool)

    def open_streams(self) -> int:
        """How many are open, whatever they do."""
        return len(self.streams)

    async def Synthesize(  # type: ignore[override]  # noqa: N802
        self,
        request_iterator: AsyncIterator[pb.SynthesizeRequest],
        context: "Context",
    ) -> None:
        """One synthesis."""
        await abort_on_error(self.synthesize(request_iterator, context), context)

    async def SynthesizeLive(  # type: ignore[override]  # noqa: N802
        self,
        request_iterator: AsyncIterator[pb.SynthesizeLiveRequest],
        context: "grpc.aio.ServicerContext[pb.SynthesizeLiveRequest, pb.SynthesizeLiveResponse]",
    ) -> None:
        """One live stream."""
        await abort_on_error(self._live(request_iterator, context), context)

    async def GetServerInfo(  # noqa: N802
        self,
        request: pb.GetServerInfoRequest,  # noqa: ARG002
        context: object,  # noqa: ARG002
    ) -> pb.GetServerInfoResponse:
        """What this server runs and accepts."""
        return responses.server_info(self._runner.bundle, self._options)

    async def synthesize(
        self, request_iterator: AsyncIterator[pb.SynthesizeRequest], context: CallContext
    ) -> None:
        """One synthesis of whichever door. Raises MimoError for why it ends early."""
        messages = MessageStream(request_iterator, context, self._options)
        peer, quotas = context.peer(), self._oversight.quotas
        with (
            self.streams.entered(peer, messages.lag_s) as entry,
            quotas.stream(caller_of(context)) as usage,
        ):
            config = await messages.config()
            bundle, host = self._runner.bundle, host_of(peer)
            resolved = resolved_settings(requests.settings_from(config), bundle.manifest)
            kind = requests.output_kind_from(config)
            requests.check_size(config, bundle)
            self.admission.check(host)
            session = self._session(config, context.time_remaining())
            sent = SentVideo(session, kind)
            try:
                await adopt_assets(self.assets, context, config.assets, session.spool)
                await messages.send(responses.ready(resolved, kind, bundle, self._options))
                await self._receive(messages, session, requests.inputs_from(config))
                place, entry.settled = self.admission.enter(host), True
                await self._work(messages, session, sent, place, usage)
            finally:
                sent.close()
                session.close()

    def _session(self, config: pb.StreamConfig, deadline_s: float | None) -> Session:
        return Session(
            self._runner,
            requests.settings_from(config),
            requests.output_kind_from(config),
            self._options.limits,
            deadline_s,
            view=requests.motion_view_from(config),
            spool=self._spool,
            max_unread_bytes=self._options.max_unread_bytes,
            contended=self.admission.contended,
            patience_s=self._options.idle_timeout_s,
            marking=self._oversight.marking,
        )

    async def _receive(
        self, messages: MessageStream, session: Session, announced: "requests.Announced"
    ) -> None:
        """Spool every input of the client."""
        try:
            async with asyncio.timeout(self._options.upload_timeout_s):
                async for chunk in messages.chunks():
                    kind = requests.input_from(chunk)
                    session.spool.append(kind, chunk.name, chunk.data, chunk.last)
                    if announced and session.spool.has(announced):
                        break
        except TimeoutError:
            raise DeadlineExceededError(
                f"The inputs took longer than {self._options.upload_timeout_s:g} s, the most this "
                "server waits; send smaller files, or over a faster line."
            ) from None
        session.begin()

    async def _live(
        self, request_iterator: AsyncIterator[pb.SynthesizeLiveRequest], context: CallContext
    ) -> None:
        quotas = self._oversight.quotas
        with quotas.stream(caller_of(context)) as usage, usage.at_work(), self._traced():
            await self.live.synthesize(request_iterator, context, self.assets)

    async def _work(
        self,
        messages: MessageStream,
        session: Session,
        sent: SentVideo,
        place: Place,
        usage: Usage,
    ) -> None:
        """Run a session when its turn comes and send what it says; leave no thread behind.

        Its place is given back when the work is done, however slowly the client reads.
        """

        def leave() -> None:
            usage.stop()
            self.admission.leave(place)

        try:
            await self._wait_for_turn(messages, place)
        except BaseException:
            leave()
            raise
        usage.start()
        with self._traced() as trace:
            async with at_work(session, self._workers, leave) as events:
                async for event in events:
                    usage.note(event)
                    trace(event)
                    await self._tell(messages, session, sent, event)

    async def _tell(
        self, messages: MessageStream, session: Session, sent: SentVideo, event: Event
    ) -> None:
        """Send what a session says."""
        manifest = b""
        if isinstance(event, EncodedFrames):
            await sent.add(event)
        elif isinstance(event, Summary):
            note_summary(event.frame_count, event.first_frame_s)
            manifest = await sent.manifest()
            await asyncio.to_thread(self._oversight.audit.stream_made, session.made)
        for response in responses.responses(event, manifest):
            await messages.send(response)

    def _traced(self) -> AbstractContextManager[OnEvent]:
        """A span of the present call, for the time that it is worked on."""
        record = CURRENT.get()
        named, headers = (record.traced(), record.trace) if record else ({}, {})
        return self._oversight.tracer.session("mimo.session", named, headers)

    async def _wait_for_turn(self, messages: MessageStream, place: Place) -> None:
        """Tell the position in the queue, again and again, until the turn has come."""
        await messages.send(responses.waiting(self.admission.position(place)))
        while not await place.wait(self._options.progress_interval_s):
            await messages.send(responses.waiting(self.admission.position(place)))
