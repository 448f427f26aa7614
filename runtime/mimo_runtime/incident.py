"""An error that is none of ours: a traceback in the log, and an id for whoever asked."""

import logging
import secrets

from mimo_runtime.errors import MimoError
from mimo_runtime.scarcity import resource_error

LOG = logging.getLogger(__name__)


def told_error(error: Exception) -> MimoError:
    """What is told of an error that is being handled: itself where it is ours.

    What the machine has too little of is said; anything else goes to the log with its traceback.
    """
    if isinstance(error, MimoError):
        return error
    if (scarce := resource_error(error)) is not None:
        return scarce
    incident = secrets.token_hex(4)
    LOG.exception("Incident %s", incident)
    return MimoError(
        f"The server failed in a way it did not expect; its log has it as incident {incident}."
    )
