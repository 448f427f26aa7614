"""The service for whoever runs the server."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import grpc.aio

from mimo.v1 import server_pb2 as pb
from mimo.v1 import server_pb2_grpc
from mimo_runtime.errors import ForbiddenError
from mimo_runtime.jobs.jobs import Jobs
from mimo_runtime.serving.abort import answered
from mimo_runtime.serving.call_record import CURRENT
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.stream_table import StreamTable, host_of
from mimo_runtime.wire.address import is_loopback

NAME = pb.DESCRIPTOR.services_by_name["ServerService"].full_name

Context = grpc.aio.ServicerContext[Any, Any]


class ServerService(server_pb2_grpc.ServerServiceServicer):
    """Tells what is open, and has the server end by calling `drain`, as a signal would."""

    def __init__(
        self,
        options: ServerOptions,
        streams: StreamTable,
        jobs: Jobs | None,
        drain: Callable[[], None],
    ) -> None:
        self._options = options
        self._streams = streams
        self._jobs = jobs
        self._drain = drain

    async def ListStreams(  # noqa: N802
        self,
        request: pb.ListStreamsRequest,  # noqa: ARG002
        context: Context,
    ) -> pb.ListStreamsResponse:
        """What is open now."""
        return await answered(self._list(context), context)

    async def Drain(  # noqa: N802
        self,
        request: pb.DrainRequest,  # noqa: ARG002
        context: Context,
    ) -> pb.DrainResponse:
        """Have the server end."""
        await answered(self._check(context), context)
        self._drain()
        return pb.DrainResponse(drain_s=self._options.drain_s)

    async def _list(self, context: Context) -> pb.ListStreamsResponse:
        await self._check(context)
        streams = [
            pb.OpenStream(
                host=each.host, age_s=each.age_s, lag_s=each.lag_s(), settled=each.settled
            )
            for each in sorted(self._streams, key=lambda each: -each.age_s)
        ]
        if self._jobs is None:
            return pb.ListStreamsResponse(streams=streams)
        queued = await asyncio.to_thread(self._jobs.waiting)
        return pb.ListStreamsResponse(
            streams=streams, queued_jobs=queued, running_jobs=self._jobs.running
        )

    async def _check(self, context: Context) -> None:
        record = CURRENT.get()
        if self._options.tokens is not None:
            if record is not None and record.is_admin:
                return
            raise ForbiddenError(
                "Only callers with the role admin may ask this; put 'admin' behind the name in "
                "the server's file of tokens."
            )
        peer = context.peer()
        host = unquote(host_of(peer)).strip("[]")
        if not peer.startswith("unix:") and not is_loopback(host):
            raise ForbiddenError(
                "Only callers on the server's own machine may ask this, since it asks for no "
                "tokens; ask from there, or start it with tokens."
            )
