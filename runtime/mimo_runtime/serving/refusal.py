"""How a call ends that cannot be served."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable
from typing import NoReturn

import grpc.aio

from mimo_runtime.errors import MimoError
from mimo_runtime.serving.status import DETAILS_KEY, details_of, row_of

LOG = logging.getLogger(__name__)


async def answer(work: Awaitable[None], context: grpc.aio.ServicerContext) -> None:  # type: ignore[type-arg]
    """Await the work of one call; an error becomes the status of the call.

    An error that is none of ours goes to the log with its traceback, and to the client as an
    incident id only.
    """
    try:
        await work
        return
    except MimoError as error:
        reason = error
    except asyncio.CancelledError:
        raise
    except Exception:
        incident = secrets.token_hex(4)
        LOG.exception("Incident %s", incident)
        reason = MimoError(
            f"The server failed in a way it did not expect; its log has it as incident {incident}."
        )
    await _abort(context, reason)
