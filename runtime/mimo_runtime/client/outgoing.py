"""What the client of a live stream has to say, in order, from any thread."""

from collections.abc import Iterator
from queue import Empty, SimpleQueue

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.inputs import InputFile

HEARTBEAT_S = 5.0

Requests = Iterator[pb.SynthesizeLiveRequest]


class Outgoing:
    """What is to be sent, in order, from any thread."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[pb.SynthesizeLiveRequest | None] = SimpleQueue()

    def put(self, request: pb.SynthesizeLiveRequest) -> None:
        """Send a message behind the others."""
        self._queue.put(request)

    def grant(self, frames: int) -> None:
        """Say that more frames may come."""
        self.put(pb.SynthesizeLiveRequest(credit=pb.LiveCredit(frames=frames)))

    def close(self) -> None:
        """Close the sending side."""
        self._queue.put(None)

    def requests(self, files: list[InputFile], credits: int) -> Requests:
        """Config, pictures, the first credits, and what is put until `close`, with heartbeats."""
        config = self._queue.get()
        assert config is not None
        yield config
        for file in files:
            for chunk in file.chunks():
                yield pb.SynthesizeLiveRequest(chunk=chunk)
        yield pb.SynthesizeLiveRequest(credit=pb.LiveCredit(frames=credits))
        while (request := self._next()) is not None:
            yield request

    def _next(self) -> pb.SynthesizeLiveRequest | None:
        """What is put next; a heartbeat where nothing is for long."""
        try:
            return self._queue.get(timeout=HEARTBEAT_S)
        except Empty:
            return pb.SynthesizeLiveRequest(heartbeat=pb.LiveHeartbeat())
