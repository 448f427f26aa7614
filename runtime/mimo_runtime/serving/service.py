"""The service: what happens from the config to the summary of one stream."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor

import grpc.aio

from mimo.v1 import synthesis_pb2 as pb
from mimo.v1 import synthesis_pb2_grpc
from mimo_runtime.errors import DeadlineExceededError
from mimo_runtime.runner.runner import Runner
from mimo_runtime.serving import requests, responses
from mimo_runtime.serving.abort import abort_on_error
from mimo_runtime.serving.live_service import LiveService
from mimo_runtime.serving.message_stream import MessageStream
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.sessions.admission import Admission
from mimo_runtime.sessions.session import Session
from mimo_runtime.synthesis.resolved import resolved_settings
from mimo_runtime.wire.progress import Progress, Stage

NAME = pb.DESCRIPTOR.services_by_name["SynthesisService"].full_name


class SynthesisService(synthesis_pb2_grpc.SynthesisServiceServicer):
    """Serves one loaded bundle.

    `workers` has `max_sessions` threads; inputs that are complete wait in its queue. `admission`
    knows the open streams.
    """

    def __init__(self, runner: Runner, options: ServerOptions, workers: ThreadPoolExecutor) -> None:
        self._runner = runner
        self._options = options
        self._workers = workers
        self.admission = Admission(options.max_sessions, options.max_waiting)
        self.live = LiveService(runner, options)

    async def Synthesize(  # type: ignore[override]  # noqa: N802
        self,
        request_iterator: AsyncIterator[pb.SynthesizeRequest],
        context: "grpc.aio.ServicerContext[pb.SynthesizeRequest, pb.SynthesizeResponse]",
    ) -> None:
        """One synthesis."""
        messages = MessageStream(request_iterator, context, self._options.idle_timeout_s)
        await abort_on_error(self._synthesize(messages, context.time_remaining()), context)

    async def SynthesizeLive(  # type: ignore[override]  # noqa: N802
        self,
        request_iterator: AsyncIterator[pb.SynthesizeLiveRequest],
        context: "grpc.aio.ServicerContext[pb.SynthesizeLiveRequest, pb.SynthesizeLiveResponse]",
    ) -> None:
        """One live stream."""
        await abort_on_error(self.live.synthesize(request_iterator, context), context)

    async def GetServerInfo(  # noqa: N802
        self,
        request: pb.GetServerInfoRequest,  # noqa: ARG002
        context: object,  # noqa: ARG002
    ) -> pb.GetServerInfoResponse:
        """What this server runs and accepts."""
        return responses.server_info(self._runner.bundle, self._options)

    async def _synthesize(self, messages: MessageStream, deadline_s: float | None) -> None:
        config = await messages.config()
        bundle = self._runner.bundle
        settings = requests.settings_from(config)
        resolved = resolved_settings(settings, bundle.manifest)
        kind = requests.output_kind_from(config)
        requests.check_size(config, bundle)
        with self.admission.place():
            session = Session(self._runner, settings, kind, self._options.limits, deadline_s)
            try:
                await messages.send(responses.ready(resolved, kind, bundle, self._options))
                await self._receive(messages, session)
                await self._work(messages, session)
            finally:
                session.close()

    async def _receive(self, messages: MessageStream, session: Session) -> None:
        """Spool every input of the client."""
        try:
            async with asyncio.timeout(self._options.upload_timeout_s):
                async for chunk in messages.chunks():
                    kind = requests.input_from(chunk)
                    session.spool.append(kind, chunk.name, chunk.data, chunk.last)
        except TimeoutError:
            raise DeadlineExceededError(
                f"The inputs took longer than {self._options.upload_timeout_s:g} s, the most this "
                "server waits; send smaller files, or over a faster line."
            ) from None
        session.begin()

    async def _work(self, messages: MessageStream, session: Session) -> None:
        """Run a session in a worker thread and send what it says; leave no thread behind."""
        await messages.send(*responses.responses(Progress(Stage.WAITING, 0, 1)))
        work = self._workers.submit(session.work)
        try:
            async for event in session.events:
                for response in responses.responses(event):
                    await messages.send(response)
        finally:
            session.cancel()
            await _ended(work)
        work.result()


async def _ended(work: Future[None]) -> None:
    """Wait until a worker has let go of the work, or drop the work if none has begun it."""
    if not work.cancel():
        await asyncio.gather(asyncio.wrap_future(work), return_exceptions=True)
