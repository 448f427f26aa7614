"""How a call ends that cannot be served."""

from collections.abc import Awaitable
from typing import Any, TypeVar

import grpc.aio

from mimo_runtime.errors import MimoError
from mimo_runtime.incident import told_error
from mimo_runtime.serving.call_record import note_reason, tell_failure
from mimo_runtime.wire.status import DETAILS_KEY, details_of, row_of

Answer = TypeVar("Answer")
Ending = tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]


async def abort_on_error(
    work: Awaitable[None],
    context: "grpc.aio.ServicerContext[Any, Any]",
) -> None:
    """Await the work of one call; an error becomes the status of the call.

    An error that is none of ours goes to the log with its traceback, and to the client as an
    incident id only.
    """
    try:
        await work
        return
    except Exception as error:
        ending = ending_of(told_error(error))
    await abort(context, ending)


async def answered(work: Awaitable[Answer], context: Any) -> Answer:
    """What the work of one call gives; an error becomes the status of the call."""
    try:
        return await work
    except Exception as error:
        ending = ending_of(told_error(error))
    await abort(context, ending)
    raise AssertionError("An aborted call goes no further.")


async def abort(context: Any, ending: Ending) -> None:
    """End a call with an error; whoever logs and counts calls hears of it before the client."""
    tell_failure(ending[0])
    await context.abort(*ending)


def ending_of(error: MimoError) -> Ending:
    """What a call ends with; it does not refer to the error, whose traceback holds buffers."""
    note_reason(row_of(error).reason)
    return row_of(error).code, str(error), ((DETAILS_KEY, details_of(error)),)
