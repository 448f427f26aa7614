"""One live stream's messages in both directions, with the client's slowness bounded."""

from collections.abc import AsyncIterator

import grpc.aio

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import IdleError, ProtocolError
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.pace import LEAST_BYTES, Pace

Requests = AsyncIterator[pb.SynthesizeLiveRequest]


class LiveMessages:
    """Reads what the client sends and writes what it is told. One reader, one writer.

    A client that is silent or does not read, and one that sends its pictures more slowly than
    `options` allow, ends the stream; any other message shows that it lives.
    """

    def __init__(
        self,
        requests: Requests,
        context: "grpc.aio.ServicerContext[pb.SynthesizeLiveRequest, pb.SynthesizeLiveResponse]",
        options: ServerOptions,
    ) -> None:
        self._requests = requests
        self._context = context
        self._idle_timeout_s = options.idle_timeout_s
        self._sending = Pace(options.idle_timeout_s, options.min_send_bytes_per_s)
        self._reading = Pace(options.idle_timeout_s, options.min_read_bytes_per_s)
        self._sequence = 0

    def lag_s(self) -> float:
        """How long the client has been waited for and has not made good."""
        return max(self._sending.lag_s, self._reading.lag_s)

    async def config(self) -> pb.LiveConfig:
        """The config, which must be the first message.

        Raises:
            ProtocolError: something else, or nothing, came first.
            IdleError: nothing came in time.
        """
        request = await self.next()
        if request is None or request.WhichOneof("payload") != "config":
            raise ProtocolError("The first message must be the config; send it before any chunk.")
        return request.config

    async def next(self) -> pb.SynthesizeLiveRequest | None:
        """The next message; None when the client has closed its side.

        Raises:
            IdleError: nothing, or too little, came in time.
        """
        try:
            async with self._sending.waiting():
                request = await anext(self._requests, None)
        except TimeoutError:
            raise IdleError(
                f"The client sent nothing for {self._idle_timeout_s:g} s, or its pictures too "
                "slowly; send postures, credits or heartbeats."
            ) from None
        if request is not None and request.WhichOneof("payload") == "chunk":
            self._sending.moved(len(request.chunk.data))
        else:
            self._sending.restore()
        return request

    async def send(self, response: pb.SynthesizeLiveResponse) -> None:
        """Number a message and write it.

        Raises:
            IdleError: the client did not read in time.
        """
        self._sequence += 1
        response.sequence = self._sequence
        try:
            async with self._reading.waiting():
                await self._context.write(response)
        except TimeoutError:
            raise IdleError(
                f"The client read nothing for {self._idle_timeout_s:g} s, or too slowly; read the "
                "responses."
            ) from None
        self._reading.moved(max(response.ByteSize(), LEAST_BYTES))
