"""One live stream's messages in both directions."""

from collections.abc import AsyncIterator

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.serving.client_messages import ClientMessages

Requests = AsyncIterator[pb.SynthesizeLiveRequest]


class LiveMessages(ClientMessages[pb.SynthesizeLiveRequest, pb.SynthesizeLiveResponse]):
    """The config, pictures, then postures and credits, any of which shows that the client lives."""

    _way_out = "send postures, credits or heartbeats, and pictures without pause"

    async def config(self) -> pb.LiveConfig:
        """The config, which must be the first message.

        Raises:
            ProtocolError: something else, or nothing, came first.
            IdleError: nothing came in time.
        """
        request = await self._first()
        self._sending.restore()
        return request.config

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
