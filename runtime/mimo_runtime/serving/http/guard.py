"""What every request passes: who asks, how slow they may be, what is told of it, how it fails."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from mimo_runtime.errors import IdleError
from mimo_runtime.incident import told_error
from mimo_runtime.serving.call_record import CURRENT, REQUEST_ID, CallObserver, CallRecord
from mimo_runtime.serving.http.answers import error_answer
from mimo_runtime.serving.identity import Identity
from mimo_runtime.serving.options import ServerOptions
from mimo_runtime.serving.pace import LEAST_BYTES, Pace
from mimo_runtime.serving.spiffe import SCOPE
from mimo_runtime.serving.stream_table import Entry, StreamTable
from mimo_runtime.serving.tokens import Tokens
from mimo_runtime.wire.status import row_of

Handler = Callable[[Request, str], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """What guards share: `streams` bounds requests that send or fetch files."""

    options: ServerOptions
    tokens: Tokens | None
    observers: Sequence[CallObserver]
    streams: StreamTable
    identity: Identity

    @property
    def headers(self) -> dict[str, str]:
        """Of every answer."""
        return dict(self.identity)


class Guarded:
    """An ASGI application around the handler of one kind of request, called `name` in the logs.

    `is_open` asks for no token, and `carries_files` takes a place among the streams.
    """

    def __init__(
        self,
        keeper: Doorkeeper,
        name: str,
        handler: Handler,
        is_open: bool = False,
        carries_files: bool = False,
    ) -> None:
        self._keeper = keeper
        self._name = name
        self._handler = handler
        self._is_open = is_open
        self._carries_files = carries_files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope)
        host, port = scope.get("client") or ("", 0)
        request_id = request.headers.get(REQUEST_ID, "")
        record = CallRecord.named(self._name, host, request_id, self._keeper.observers)
        CURRENT.set(record)
        line = _Line(receive, send, record, self._keeper)
        try:
            caller = self._caller(request, line.record) or host
            with self._entered(f"ipv4:{host}:{port}", line) as entry:
                response = await self._handler(Request(scope, line.receive), caller)
                if entry is not None:
                    entry.settled = True  # what is left is to be read
                await response(scope, line.receive, line.send)
        except asyncio.CancelledError:
            record.tell("CANCELLED")
            raise
        except ClientDisconnect:  # nobody is there to be told
            record.tell("CANCELLED")
        except Exception as error:
            told = told_error(error)
            record.reason, line.status = row_of(told).reason, row_of(told).code.name
            if line.has_begun:  # too late for a sentence: the client sees a broken answer
                record.tell(line.status)
                raise
            await error_answer(told)(scope, line.receive, line.send)

    def _caller(self, request: Request, record: CallRecord) -> str:
        """Whose token came with a request, or who its certificate says; "" for neither.

        Raises UnauthenticatedError.
        """
        tokens = self._keeper.tokens
        if tokens is not None and not self._is_open:
            header = request.headers.get("authorization", "")
            record.caller, record.is_admin = tokens.check([("authorization", header)])
        elif tokens is None:
            record.caller = request.scope.get(SCOPE, "")
        return record.caller

    def _entered(self, peer: str, line: "_Line") -> "AbstractContextManager[Entry | None]":
        if not self._carries_files:
            return nullcontext()
        return self._keeper.streams.entered(peer, line.lag_s)


class _Line:
    """One request's way in and out, with the client's slowness bounded."""

    def __init__(
        self, receive: Receive, send: Send, record: CallRecord, keeper: Doorkeeper
    ) -> None:
        self.record = record
        self.status = "OK"
        self.has_begun = False
        self._receive = receive
        self._send = send
        self._whole = False
        self._options = options = keeper.options
        self._headers = [
            (name.encode(), value.encode())
            for name, value in ((REQUEST_ID, record.request_id), *keeper.identity)
        ]
        self._sending = Pace(options.idle_timeout_s, options.min_send_bytes_per_s)
        self._reading = Pace(options.idle_timeout_s, options.min_read_bytes_per_s)

    def lag_s(self) -> float:
        """How long the client has been waited for and has not made good."""
        return max(self._sending.lag_s, self._reading.lag_s)

    async def receive(self) -> Message:
        """The next message. Raises IdleError while the body comes too slowly."""
        if self._whole:
            return await self._receive()
        try:
            async with self._sending.waiting():
                message = await self._receive()
        except TimeoutError:
            raise IdleError(
                f"The client sent nothing for {self._options.idle_timeout_s:g} s, or less than "
                f"{self._options.min_send_bytes_per_s:g} bytes a second; send without pause."
            ) from None
        self._sending.moved(len(message.get("body", b"")))
        self._whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Send a message; whoever logs and counts hears of the end before the client."""
        if message["type"] == "http.response.start":
            self.has_begun = True
            message["headers"] = [*message["headers"], *self._headers]
        elif not message.get("more_body", False):
            self.record.tell(self.status)
        try:
            async with self._reading.waiting():
                await self._send(message)
        except TimeoutError:
            raise IdleError("The client read too slowly; read the answer.") from None
        self._reading.moved(max(len(message.get("body", b"")), LEAST_BYTES))
