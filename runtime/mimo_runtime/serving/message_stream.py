"""One stream's messages in both directions, with the client's silence bounded."""

import asyncio
from collections.abc import AsyncIterator

import grpc.aio

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import DeadlineExceededError, ProtocolError


class MessageStream:
    """Reads what the client sends and writes what it is told, in the order of the contract.

    A client that is silent, or does not read, for `idle_timeout_s` seconds ends the stream.
    """

    def __init__(
        self,
        requests: AsyncIterator[pb.SynthesizeRequest],
        context: "grpc.aio.ServicerContext[pb.SynthesizeRequest, pb.SynthesizeResponse]",
        idle_timeout_s: float,
    ) -> None:
        self._requests = requests
        self._context = context
        self._idle_timeout_s = idle_timeout_s
        self._sequence = 0

    async def config(self) -> pb.StreamConfig:
        """The config, which must be the first message.

        Raises:
            ProtocolError: something else, or nothing, came first.
            DeadlineExceededError: nothing came in time.
        """
        request = await self._next()
        if request is None or request.WhichOneof("payload") != "config":
            raise ProtocolError("The first message must be the config; send it before any chunk.")
        return request.config

    async def chunks(self) -> AsyncIterator[pb.InputChunk]:
        """Every chunk until the client closes its side.

        Raises:
            ProtocolError: a second config, or an empty message, came.
            DeadlineExceededError: nothing came in time.
        """
        while (request := await self._next()) is not None:
            if request.WhichOneof("payload") == "config":
                raise ProtocolError("The config came twice; send it once, as the first message.")
            if request.WhichOneof("payload") != "chunk":
                raise ProtocolError("A message without config or chunk came; leave it out.")
            yield request.chunk

    async def send(self, response: pb.SynthesizeResponse) -> None:
        """Number a message and write it.

        Raises:
            DeadlineExceededError: the client did not read in time.
        """
        self._sequence += 1
        response.sequence = self._sequence
        try:
            async with asyncio.timeout(self._idle_timeout_s):
                await self._context.write(response)
        except TimeoutError:
            raise DeadlineExceededError(
                f"The client read nothing for {self._idle_timeout_s:g} s; read the responses."
            ) from None

    async def _next(self) -> pb.SynthesizeRequest | None:
        try:
            async with asyncio.timeout(self._idle_timeout_s):
                return await anext(self._requests, None)
        except TimeoutError:
            raise DeadlineExceededError(
                f"The client sent nothing for {self._idle_timeout_s:g} s; send the inputs "
                "without pause, then close the sending side."
            ) from None
