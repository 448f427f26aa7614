"""One live stream's messages in both directions."""

from collections.abc import AsyncIterator

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import ProtocolError
from mimo_runtime.serving.client_messages import ClientMessages

Requests = AsyncIterator[pb.SynthesizeLiveRequest]


class LiveMessages(ClientMessages[pb.SynthesizeLiveRequest, pb.SynthesizeLiveResponse]):
    """The config, pictures, then postures and credits, any of which shows that the client lives."""

    _way_out = "send postures, credits or heartbeats, and pictures without pause"

    async def first(self) -> pb.SynthesizeLiveRequest:
        """The first message: a config, or what says which stream is to go on.

        Raises:
            ProtocolError: something else, or nothing, came first.
            IdleError: nothing came in time.
        """
        request = await self._reader.next()
        if request is None or request.WhichOneof("payload") not in ("config", "resume"):
            raise ProtocolError(
                "The first message must be the config, or 'resume'; send it before any other."
            )
        self._sending.restore()
        return request

    async def next(self) -> pb.SynthesizeLiveRequest | None:
        """The next message; None when the client has closed its side.

        Raises:
            IdleError: nothing, or too little, came in time.
        """
        request = await self._reader.next()
        if request is not None and request.WhichOneof("payload") == "chunk":
            self._sending.moved(len(request.chunk.data))
        else:
            self._sending.restore()
        return request
