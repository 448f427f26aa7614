"""The messages of one call in both directions, with the client's slowness bounded."""

from collections.abc import AsyncIterator
from typing import ClassVar, Generic, TypeVar

import grpc.aio

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import ProtocolError
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.paced import PacedReader, PacedWriter

Request = TypeVar("Request", pb.SynthesizeRequest, pb.SynthesizeLiveRequest)
Response = TypeVar("Response", pb.SynthesizeResponse, pb.SynthesizeLiveResponse)


class ClientMessages(Generic[Request, Response]):
    """Reads what the client sends and writes what it is told. One reader, one writer.

    A client that is silent, or does not read, or does either more slowly than `options` allow, ends
    the call. What bytes a message of its counts as is for the kind of call to say (`_sending`).
    """

    _way_out: ClassVar[str]  # of a client that sends too slowly

    def __init__(
        self,
        requests: AsyncIterator[Request],
        context: "grpc.aio.ServicerContext[Request, Response]",
        options: ServerOptions,
    ) -> None:
        self._reader: PacedReader[Request] = PacedReader(requests, options, self._way_out)
        self._writer = PacedWriter(context, options)
        self._sending = self._reader.pace
        self._sequence = 0

    def lag_s(self) -> float:
        """How long the client has been waited for and has not made good."""
        return max(self._sending.lag_s, self._writer.pace.lag_s)

    async def send(self, response: Response) -> None:
        """Number a message and write it.

        Raises:
            IdleError: the client did not read in time.
        """
        self._sequence += 1
        response.sequence = self._sequence
        await self.write(response)

    async def write(self, response: Response) -> None:
        """Write a message as it is; errors as in `send`."""
        await self._writer.write(response)

    async def _first(self) -> Request:
        """The message with the config. Raises ProtocolError where another came, or none."""
        request = await self._reader.next()
        if request is None or request.WhichOneof("payload") != "config":
            raise ProtocolError("The first message must be the config; send it before any chunk.")
        return request
