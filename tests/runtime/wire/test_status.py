import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from mimo_runtime import errors
from mimo_runtime.wire.status import DOMAIN, TABLE, details_of, error_of, row_of

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, errors.MimoError)
]
CODES = {
    "InvalidRequestError": "INVALID_ARGUMENT",
    "MediaError": "INVALID_ARGUMENT",
    "TemplateError": "INVALID_ARGUMENT",
    "BundleError": "FAILED_PRECONDITION",
    "PlanError": "FAILED_PRECONDITION",
    "CheckpointError": "FAILED_PRECONDITION",
    "ProtocolError": "FAILED_PRECONDITION",
    "LimitExceededError": "RESOURCE_EXHAUSTED",
    "ResourceError": "RESOURCE_EXHAUSTED",
    "BusyError": "RESOURCE_EXHAUSTED",
    "ServerUnreachableError": "UNAVAILABLE",
    "EngineLostError": "ABORTED",
    "CancelledError": "CANCELLED",
    "PreemptedError": "ABORTED",
    "DeadlineExceededError": "DEADLINE_EXCEEDED",
    "IdleError": "ABORTED",
    "OutOfRangeError": "OUT_OF_RANGE",
    "UnauthenticatedError": "UNAUTHENTICATED",
    "ForbiddenError": "PERMISSION_DENIED",
    "NotFoundError": "NOT_FOUND",
    "DamagedUploadError": "DATA_LOSS",
    "UnsupportedError": "UNIMPLEMENTED",
    "MimoError": "INTERNAL",
}


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_has_its_own_row_and_comes_back_as_itself(kind: type[errors.MimoError]) -> None:
    error = kind("what is wrong")
    assert row_of(error).error is kind
    assert row_of(error).code is grpc.StatusCode[CODES[kind.__name__]]
    assert type(error_of(details_of(error))) is kind


def test_reasons_are_distinct() -> None:
    assert len({row.reason for row in TABLE}) == len(TABLE)


def test_a_class_below_a_row_takes_that_row() -> None:
    class DamagedPictureError(errors.MediaError):
        pass

    assert row_of(DamagedPictureError("torn")).reason == "MEDIA"


def test_details_are_what_any_client_can_read() -> None:
    status = status_pb2.Status.FromString(details_of(errors.BusyError("full")))
    assert (status.code, status.message) == (8, "full")
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    assert status.details[0].Unpack(info)
    assert status.details[1].Unpack(retry)
    assert (info.domain, info.reason) == (DOMAIN, "BUSY")
    assert retry.retry_delay.seconds > 0


def test_details_of_another_program_are_no_error_of_ours() -> None:
    status = status_pb2.Status()
    status.details.add().Pack(error_details_pb2.ErrorInfo(domain="other", reason="BUSY"))
    assert type(error_of(status.SerializeToString())) is errors.MimoError
