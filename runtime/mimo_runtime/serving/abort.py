"""How a call ends that cannot be served."""

import logging
import secrets
from collections.abc import Awaitable
from typing import Any

import grpc.aio

from mimo_runtime.errors import MimoError
from mimo_runtime.wire.status import DETAILS_KEY, details_of, row_of

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
        refused = error
    except Exception:
        incident = secrets.token_hex(4)
        LOG.exception("Incident %s", incident)
        refused = MimoError(
            f"The server failed in a way it did not expect; its log has it as incident {incident}."
        )
    details = ((DETAILS_KEY, details_of(refused)),)
    await context.abort(row_of(refused).code, str(refused), details)
