"""A failed call, turned back into the error that its server raised."""

import grpc

from mimo_runtime import errors
from mimo_runtime.errors import MimoError
from mimo_runtime.wire.status import DETAILS_KEY, error_of

BY_CODE: dict[grpc.StatusCode, tuple[type[MimoError], str]] = {
    grpc.StatusCode.UNAVAILABLE: (
        errors.ServerUnreachableError,
        "No server answers at {server}, or it went away: {details}. Check the address and that "
        "`mimo serve` runs.",
    ),
    grpc.StatusCode.DEADLINE_EXCEEDED: (
        errors.DeadlineExceededError,
        "The deadline passed before {server} had finished; allow more time.",
    ),
    grpc.StatusCode.CANCELLED: (
        errors.ServerUnreachableError,
        "{server} ended the call before the work was done; it is shutting down. Try again later.",
    ),
    grpc.StatusCode.UNIMPLEMENTED: (
        errors.UnsupportedError,
        "{server} speaks another protocol than mimo.v1: {details}.",
    ),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (
        errors.LimitExceededError,
        "{server} refused a message or one more call: {details}.",
    ),
}


def error_from(call: grpc.Call, server: str) -> MimoError:
    """The error that ended a call: the server's own sentence, or one for the bare status."""
    for key, value in call.trailing_metadata() or ():
        if key == DETAILS_KEY and isinstance(value, bytes):
            return error_of(value)
    details = str(call.details() or call.code().name).rstrip(".")
    fallback = (MimoError, "{server} failed: {details}.")
    kind, sentence = BY_CODE.get(call.code(), fallback)
    return kind(sentence.format(server=server, details=details))
