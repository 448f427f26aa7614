"""What the client of a live stream has to say, in order, from any thread."""

import threading
from collections import deque
from collections.abc import Iterator

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.client.inputs import InputFile
from mimo_runtime.errors import OutOfRangeError

HEARTBEAT_S = 5.0
MAX_KEPT_BYTES = 64 << 20

Requests = Iterator[pb.SynthesizeLiveRequest]


class Outgoing:
    """Messages behind the first credit; those that were sent are kept where `keeps` says so.

    One call reads them at a time; a later one takes them from where the server says.
    """

    def __init__(self, keeps: bool) -> None:
        self._keeps = keeps
        self._changed = threading.Condition()
        self._messages: deque[pb.SynthesizeLiveRequest] = deque()
        self._first = self._sent = self._bytes = 0  # numbers of messages, bytes of those sent
        self._turn = 0
        self._position: int | None = 0
        self._closed = False

    def put(self, request: pb.SynthesizeLiveRequest) -> None:
        """Send a message behind the others."""
        with self._changed:
            self._messages.append(request)
            self._changed.notify_all()

    def grant(self, frames: int) -> None:
        """Say that more frames may come."""
        self.put(pb.SynthesizeLiveRequest(credit=pb.LiveCredit(frames=frames)))

    def close(self) -> None:
        """Close the sending side."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def requests(self, config: pb.LiveConfig, files: list[InputFile], credits: int) -> Requests:
        """Config, pictures, the first credits, and what is put until `close`, with heartbeats."""
        yield pb.SynthesizeLiveRequest(config=config)
        for file in files:
            for chunk in file.chunks():
                yield pb.SynthesizeLiveRequest(chunk=chunk)
        yield pb.SynthesizeLiveRequest(credit=pb.LiveCredit(frames=credits))
        yield from self._rest(0)

    def resumed(self, token: str, sequence: int) -> Requests:
        """What resumes the stream, then all that `go_on` says is missing, and so on."""
        with self._changed:
            self._turn, self._position = self._turn + 1, None
            turn = self._turn
            self._changed.notify_all()
        yield pb.SynthesizeLiveRequest(resume=pb.LiveResume(token=token, sequence=sequence))
        yield from self._rest(turn)

    def go_on(self, received: int) -> None:
        """Hear how many messages the server has received.

        Raises:
            OutOfRangeError: one that it has not is not kept any more.
        """
        with self._changed:
            if received < self._first:
                raise OutOfRangeError(
                    f"The stream cannot go on: the server has {received} messages and those before "
                    f"number {self._first} are not kept any more. Open another one."
                )
            self._position = received
            self._changed.notify_all()

    def _rest(self, turn: int) -> Requests:
        while (request := self._next(turn)) is not None:
            yield request

    def _next(self, turn: int) -> pb.SynthesizeLiveRequest | None:
        """What comes next; a heartbeat where nothing is for long, None where there is no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over(turn) or self._is_here(), HEARTBEAT_S)
            if self._turn == turn and self._is_here():
                return self._handed_over()
            if self._is_over(turn):
                return None
        return pb.SynthesizeLiveRequest(heartbeat=pb.LiveHeartbeat())

    def _is_over(self, turn: int) -> bool:
        return self._closed or self._turn != turn

    def _is_here(self) -> bool:
        end = self._first + len(self._messages)
        return self._position is not None and self._position < end

    def _handed_over(self) -> pb.SynthesizeLiveRequest:
        assert self._position is not None
        request = self._messages[self._position - self._first]
        self._position += 1
        if self._position > self._sent:
            self._sent, self._bytes = self._position, self._bytes + request.ByteSize()
        while self._first < self._sent and (not self._keeps or self._bytes > MAX_KEPT_BYTES):
            self._bytes -= self._messages.popleft().ByteSize()
            self._first += 1
        return request
