"""How a call ends that cannot be served."""

import logging
import secrets
from collections.abc import Awaitable
from typing import Any

import grpc.aio

from mimo_runtime.errors import MimoError
from mimo_runtime.scarcity import resource_error
from mimo_runtime.serving.call_record import note_reason, tell_failure
from mimo_runtime.wire.status import DETAILS_KEY, details_of, row_of

Ending = tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]

LOG = logging.getLogger(__name__)


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
    except MimoError as error:
        ending = ending_of(error)
    except Exception as error:
        ending = ending_of(resource_error(error) or _incident())
    await abort(context, ending)


async def abort(context: Any, ending: Ending) -> None:
    """End a call with an error; whoever logs and counts calls hears of it before the client."""
    tell_failure(ending[0])
    await context.abort(*ending)


def ending_of(error: MimoError) -> Ending:
    """What a call ends with; it does not refer to the error, whose traceback holds buffers."""
    note_reason(row_of(error).reason)
    return row_of(error).code, str(error), ((DETAILS_KEY, details_of(error)),)


def _incident() -> MimoError:
    """The sentence for an error that is none of ours, which is being handled and is logged."""
    incident = secrets.token_hex(4)
    LOG.exception("Incident %s", incident)
    return MimoError(
        f"The server failed in a way it did not expect; its log has it as incident {incident}."
    )
