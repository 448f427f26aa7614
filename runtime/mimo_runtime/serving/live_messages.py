"""One live stream's messages in both directions, with the client's silence bounded."""

import asyncio
from collections.abc import AsyncIterator

import grpc.aio

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import DeadlineExceededError, ProtocolError

Requests = AsyncIterator[pb.SynthesizeLiveRequest]


class LiveMessages:
    """Reads what the client sends and writes what it is told. One reader, one writer."""

    def __init__(
        self,
        requests: Requests,
        context: "grpc.aio.ServicerContext[pb.SynthesizeLiveRequest, pb.SynthesizeLiveResponse]",
        idle_timeout_s: float,
    ) -> None:
        self._requests = requests
        self._context = context
        self._idle_timeout_s = idle_timeout_s
        self._sequence = 0

    async def config(self) -> pb.LiveConfig:
        """The config, which must be the first message.

        Raises:
            ProtocolError: something else, or nothing, came first.
            DeadlineExceededError: nothing came in time.
        """
        request = await self.next()
        if request is None or request.WhichOneof("payload") != "config":
            raise ProtocolError("The first message must be the config; send it before any chunk.")
        return request.config

    async def next(self) -> pb.SynthesizeLiveRequest | None:
        """The next message; None when the client has closed its side.

        Raises:
            DeadlineExceededError: nothing came in time.
        """
        try:
            async with asyncio.timeout(self._idle_timeout_s):
                return await anext(self._requests, None)
        except TimeoutError:
            raise DeadlineExceededError(
                f"The client sent nothing for {self._idle_timeout_s:g} s; send postures, credits "
                "or heartbeats."
            ) from None

    async def send(self, response: pb.SynthesizeLiveResponse) -> None:
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
