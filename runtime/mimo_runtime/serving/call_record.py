"""What is told of a call when it has ended: who asked for what, and how it went. No media."""

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

import grpc

from mimo_runtime.serving.stream_table import host_of

REQUEST_ID = "x-request-id"
TRACE = ("traceparent", "tracestate")  # https://www.w3.org/TR/trace-context/
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class CallRecord:
    """One call.

    `caller` is the name of its token, `reason` that of its error; the other figures are of calls
    that make frames. `observers` hear once how it ended. `trace` are headers that name the span of
    another program, of which this call is a part.
    """

    method: str
    host: str
    request_id: str
    caller: str = ""
    is_admin: bool = False
    began_s: float = field(default_factory=time.monotonic)
    reason: str = ""
    frames: int = 0
    dropped: int = 0
    late: int = 0
    first_frame_s: float | None = None
    observers: "Sequence[CallObserver]" = ()
    told: bool = False
    trace: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, method: str, context: Any, observers: "Sequence[CallObserver]") -> "CallRecord":
        """The record of a call that begins; it keeps the id that the client gave, if it is one."""
        headers = dict(context.invocation_metadata() or ())
        name, host = method.rpartition("/")[2], host_of(context.peer())
        record = cls.named(name, host, str(headers.get(REQUEST_ID, "")), observers)
        record.trace = {name: str(headers[name]) for name in TRACE if name in headers}
        return record

    @classmethod
    def named(
        cls, method: str, host: str, given_id: str, observers: "Sequence[CallObserver]"
    ) -> "CallRecord":
        """The same of a call whose method, host and id are known."""
        request_id = given_id if _ID.fullmatch(given_id) else secrets.token_hex(8)
        return cls(method, host, request_id, observers=observers)

    def traced(self) -> dict[str, str]:
        """What a span of it tells."""
        named = {"method": self.method, "request_id": self.request_id, "caller": self.caller}
        return {f"mimo.{name}": value for name, value in named.items() if value}

    def tell(self, status: str) -> None:
        """Tell the observers that the call ends with a gRPC status, unless they know."""
        if self.told:
            return
        self.told = True
        for observer in self.observers:
            observer.ended(self, status, time.monotonic() - self.began_s)


class CallObserver(Protocol):
    """Hears of every call that has ended."""

    def ended(self, record: CallRecord, status: str, seconds: float) -> None:
        """`status` is the name of the gRPC status."""


CURRENT: ContextVar[CallRecord | None] = ContextVar("call", default=None)


def note_summary(frames: int, first_frame_s: float, dropped: int = 0, late: int = 0) -> None:
    """Put the figures of a stream that is done into the record of its call, which may have more."""
    if (record := CURRENT.get()) is not None:
        if record.first_frame_s is None:
            record.first_frame_s = first_frame_s
        record.frames += frames
        record.dropped += dropped
        record.late += late


def note_caller(name: str, is_admin: bool) -> None:
    """Put the name of whoever calls, and whether it runs the server, into the call's record."""
    if (record := CURRENT.get()) is not None:
        record.caller, record.is_admin = name, is_admin


def note_reason(reason: str) -> None:
    """Put the reason of an error into the record of its call."""
    if (record := CURRENT.get()) is not None:
        record.reason = reason


def tell_failure(code: grpc.StatusCode) -> None:
    """Have the observers of the present call know that it fails, before its client does."""
    if (record := CURRENT.get()) is not None:
        record.tell(code.name)


def status_name(context: Any) -> str:
    """The name of the status that a call has got."""
    code = context.code()
    number = code.value[0] if isinstance(code, grpc.StatusCode) else int(code or 0)
    return next(each.name for each in grpc.StatusCode if each.value[0] == number)
