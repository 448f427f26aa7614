"""What every call passes, of whichever service: messages that can be read, idle streams bounded."""

import asyncio
import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from mimo_runtime.errors import InvalidRequestError, MimoError
from mimo_runtime.serving.abort import abort, ending_of
from mimo_runtime.serving.call_record import (
    CURRENT,
    REQUEST_ID,
    CallObserver,
    CallRecord,
    note_caller,
    status_name,
)
from mimo_runtime.serving.identity import Identity
from mimo_runtime.serving.spiffe import peer_spiffe_id
from mimo_runtime.serving.stream_table import StreamTable
from mimo_runtime.serving.tokens import Tokens

Handler = Any  # grpc.RpcMethodHandler, which has attributes that its type does not know
Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[Handler]]

_HEALTH = "/grpc.health."
_OF_GRPC = "/grpc."  # health and reflection: streams of no work, which may stay open


class Unreadable:
    """Stands for a message that is no protobuf of the kind that was due."""


class CallGuard(grpc.aio.ServerInterceptor):
    """Wraps every handler of a server.

    A message that cannot be read is INVALID_ARGUMENT and not an incident. Streams of health and
    reflection are bounded by a table of their own, so that they keep nobody else out, and a
    reflection stream ends when nothing is asked for `idle_timeout_s`. Every call of ours has a
    request id, which its first headers tell beside the server's `identity`, and `observers` hear
    how it ended. With `tokens` all but health asks for one; without them a caller is who its
    certificate says (`serving/spiffe.py`).
    """

    def __init__(
        self,
        watches: StreamTable,
        idle_timeout_s: float,
        observers: Sequence[CallObserver],
        tokens: Tokens | None,
        identity: Identity,
    ) -> None:
        self._tokens = tokens
        self._identity = identity
        self._watches = watches
        self._idle_timeout_s = idle_timeout_s
        self._observers = observers

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Handler:
        """The handler of a call, wrapped."""
        handler = await continuation(handler_call_details)
        if handler is None:  # there is no such method
            return None
        method = handler_call_details.method
        foreign = method.startswith(_OF_GRPC)
        idle = foreign and handler.response_streaming
        make, behaviour = _kind_of(handler)
        tokens = None if method.startswith(_HEALTH) else self._tokens
        table = self._watches if idle else None
        wrapped = _wrapped(behaviour, tokens, table, self._readable(handler, idle))
        if not foreign:
            wrapped = _recorded(wrapped, method, self._observers, self._identity)
        return make(
            wrapped,
            request_deserializer=functools.partial(_read, handler.request_deserializer),
            response_serializer=handler.response_serializer,
        )

    def _readable(self, handler: Handler, idle: bool) -> Callable[[Any], Any]:
        if not handler.request_streaming:
            return _checked
        return functools.partial(_each, within_s=self._idle_timeout_s if idle else None)


def _kind_of(handler: Handler) -> tuple[Callable[..., Handler], Callable[..., Any]]:
    """What makes a handler of its kind, and what it calls."""
    name = "_".join(
        "stream" if streaming else "unary"
        for streaming in (handler.request_streaming, handler.response_streaming)
    )
    return getattr(grpc, f"{name}_rpc_method_handler"), getattr(handler, name)


def _wrapped(
    behaviour: Callable[..., Any],
    tokens: Tokens | None,
    table: StreamTable | None,
    readable: Callable[[Any], Any],
) -> Callable[..., Any]:
    """The same behaviour, an async generator or a coroutine as it was."""

    def check(context: Any) -> None:
        if tokens is not None:
            note_caller(*tokens.check(context.invocation_metadata() or ()))
        elif name := peer_spiffe_id(context.auth_context()):
            note_caller(name, is_admin=False)

    if inspect.isasyncgenfunction(behaviour):

        async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
            try:
                check(context)
                with _entered(table, context):
                    async for response in behaviour(readable(request), context):
                        yield response
            except MimoError as error:
                ending = ending_of(error)
            else:
                return
            await abort(context, ending)

        return stream

    async def call(request: Any, context: Any) -> Any:
        try:
            check(context)
            with _entered(table, context):
                return await behaviour(readable(request), context)
        except MimoError as error:
            ending = ending_of(error)
        return await abort(context, ending)

    return call


def _recorded(
    behaviour: Callable[..., Any],
    method: str,
    observers: Sequence[CallObserver],
    identity: Identity,
) -> Callable[..., Any]:
    """The same coroutine, with a record that the observers are told."""

    async def call(request: Any, context: Any) -> Any:
        record, cancelled = CallRecord.of(method, context, observers), False
        CURRENT.set(record)
        try:
            first = ((REQUEST_ID, record.request_id), *identity)
            await context.send_initial_metadata(first)
            return await behaviour(request, context)
        except asyncio.CancelledError:
            cancelled = True
            raise
        finally:
            record.tell("CANCELLED" if cancelled else status_name(context))

    return call


def _entered(table: StreamTable | None, context: Any) -> Any:
    """In the table by its age, for a stream that nobody is waited for in."""
    if table is None:
        return contextlib.nullcontext()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    return table.entered(context.peer(), lambda: loop.time() - began_s)


def _read(deserializer: Callable[[bytes], Any] | None, data: bytes) -> Any:
    if deserializer is None:
        return data
    try:
        return deserializer(data)
    except (DecodeError, ValueError):  # what gRPC would log with a traceback
        return Unreadable()


def _checked(message: Any) -> Any:
    if isinstance(message, Unreadable):
        raise InvalidRequestError(
            "A message is not readable as protobuf; send what the mimo.v1 files describe."
        )
    return message


async def _each(messages: AsyncIterator[Any], within_s: float | None) -> AsyncIterator[Any]:
    """The messages that can be read, until none has come for `within_s`."""
    while True:
        try:
            async with asyncio.timeout(within_s):
                message = await anext(messages)
        except (StopAsyncIteration, TimeoutError):
            return
        yield _checked(message)
