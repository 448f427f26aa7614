"""One stream's messages in both directions, with the client's slowness bounded."""

from collections.abc import AsyncIterator

import grpc.aio

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import IdleError, ProtocolError
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.pace import LEAST_BYTES, Pace


class MessageStream:
    """Reads what the client sends and writes what it is told, in the order of the contract.

    A client that is silent, or does not read, or does either more slowly than `options` allow, ends
    the stream.
    """

    def __init__(
        self,
        requests: AsyncIterator[pb.SynthesizeRequest],
        context: "grpc.aio.ServicerContext[pb.SynthesizeRequest, pb.SynthesizeResponse]",
        options: ServerOptions,
    ) -> None:
        self._requests = requests
        self._context = context
        self._options = options
        self._sending = Pace(options.idle_timeout_s, options.min_send_bytes_per_s)
        self._reading = Pace(options.idle_timeout_s, options.min_read_bytes_per_s)
        self._sequence = 0

    def lag_s(self) -> float:
        """How long the client has been waited for and has not made good."""
        return max(self._sending.lag_s, self._reading.lag_s)

    async def config(self) -> pb.StreamConfig:
        """The config, which must be the first message.

        Raises:
            ProtocolError: something else, or nothing, came first.
            IdleError: nothing came in time.
        """
        request = await self._next()
        if request is None or request.WhichOneof("payload") != "config":
            raise ProtocolError("The first message must be the config; send it before any chunk.")
        return request.config

    async def chunks(self) -> AsyncIterator[pb.InputChunk]:
        """Every chunk until the client closes its side, or says that it is done.

        Raises:
            ProtocolError: a second config, or an empty message, came.
            IdleError: nothing, or too little, came in time.
        """
        while (request := await self._next()) is not None:
            payload = request.WhichOneof("payload")
            if payload == "end":
                return
            if payload == "config":
                raise ProtocolError("The config came twice; send it once, as the first message.")
            if payload != "chunk":
                raise ProtocolError("A message without config or chunk came; leave it out.")
            self._sending.moved(len(request.chunk.data))
            yield request.chunk

    async def send(self, response: pb.SynthesizeResponse) -> None:
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
                f"The client read nothing for {self._options.idle_timeout_s:g} s, or less than "
                f"{self._options.min_read_bytes_per_s:g} bytes a second; read the responses."
            ) from None
        self._reading.moved(max(response.ByteSize(), LEAST_BYTES))

    async def _next(self) -> pb.SynthesizeRequest | None:
        try:
            async with self._sending.waiting():
                return await anext(self._requests, None)
        except TimeoutError:
            raise IdleError(
                f"The client sent nothing for {self._options.idle_timeout_s:g} s, or less than "
                f"{self._options.min_send_bytes_per_s:g} bytes a second; send the inputs without "
                "pause, then close the sending side, or name them in the config (inputs)."
            ) from None
