"""One stream's messages in both directions, in the order of the contract."""

from collections.abc import AsyncIterator

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import ProtocolError
from mimo_runtime.serving.client_messages import ClientMessages


class MessageStream(ClientMessages[pb.SynthesizeRequest, pb.SynthesizeResponse]):
    """The config, then chunks of the inputs."""

    _way_out = (
        "send the inputs without pause, then close the sending side, or name them in the config "
        "(inputs)"
    )

    async def config(self) -> pb.StreamConfig:
        """The config, which must be the first message.

        Raises:
            ProtocolError: something else, or nothing, came first.
            IdleError: nothing came in time.
        """
        return (await self._first()).config

    async def chunks(self) -> AsyncIterator[pb.InputChunk]:
        """Every chunk until the client closes its side, or says that it is done.

        Raises:
            ProtocolError: a second config, or an empty message, came.
            IdleError: nothing, or too little, came in time.
        """
        while (request := await self._reader.next()) is not None:
            payload = request.WhichOneof("payload")
            if payload == "end":
                return
            if payload == "config":
                raise ProtocolError("The config came twice; send it once, as the first message.")
            if payload != "chunk":
                raise ProtocolError("A message without config or chunk came; leave it out.")
            self._sending.moved(len(request.chunk.data))
            yield request.chunk
