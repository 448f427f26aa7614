"""The one table from errors to gRPC statuses, and its way back for the client."""

from dataclasses import dataclass

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]

from mimo_runtime import errors
from mimo_runtime.errors import MimoError

DOMAIN = "mimo.v1"
DETAILS_KEY = "grpc-status-details-bin"
RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class StatusRow:
    """How one class of errors crosses the wire; `reason` is part of the contract."""

    error: type[MimoError]
    code: grpc.StatusCode
    reason: str


TABLE = (
    StatusRow(errors.InvalidRequestError, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"),
    StatusRow(errors.MediaError, grpc.StatusCode.INVALID_ARGUMENT, "MEDIA"),
    StatusRow(errors.TemplateError, grpc.StatusCode.INVALID_ARGUMENT, "TEMPLATE"),
    StatusRow(errors.BundleError, grpc.StatusCode.FAILED_PRECONDITION, "BUNDLE"),
    StatusRow(errors.PlanError, grpc.StatusCode.FAILED_PRECONDITION, "PLAN"),
    StatusRow(errors.CheckpointError, grpc.StatusCode.FAILED_PRECONDITION, "CHECKPOINT"),
    StatusRow(errors.ProtocolError, grpc.StatusCode.FAILED_PRECONDITION, "PROTOCOL"),
    StatusRow(errors.LimitExceededError, grpc.StatusCode.RESOURCE_EXHAUSTED, "LIMIT_EXCEEDED"),
    StatusRow(errors.ResourceError, grpc.StatusCode.RESOURCE_EXHAUSTED, "RESOURCE"),
    StatusRow(errors.BusyError, grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY"),
    StatusRow(errors.ServerUnreachableError, grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"),
    StatusRow(errors.EngineLostError, grpc.StatusCode.ABORTED, "ENGINE_LOST"),
    StatusRow(errors.CancelledError, grpc.StatusCode.CANCELLED, "CANCELLED"),
    StatusRow(errors.PreemptedError, grpc.StatusCode.ABORTED, "PREEMPTED"),
    StatusRow(errors.DeadlineExceededError, grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE"),
    StatusRow(errors.OutOfRangeError, grpc.StatusCode.OUT_OF_RANGE, "OUT_OF_RANGE"),
    StatusRow(errors.IdleError, grpc.StatusCode.ABORTED, "IDLE"),
    StatusRow(errors.UnauthenticatedError, grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED"),
    StatusRow(errors.ForbiddenError, grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN"),
    StatusRow(errors.NotFoundError, grpc.StatusCode.NOT_FOUND, "NOT_FOUND"),
    StatusRow(errors.DamagedUploadError, grpc.StatusCode.DATA_LOSS, "DATA_LOSS"),
    StatusRow(errors.UnsupportedError, grpc.StatusCode.UNIMPLEMENTED, "UNSUPPORTED"),
    StatusRow(errors.MimoError, grpc.StatusCode.INTERNAL, "INTERNAL"),
)

PASSING = (
    errors.BusyError,
    errors.EngineLostError,
    errors.PreemptedError,
    errors.ResourceError,
    errors.ServerUnreachableError,
)


def row_of(error: MimoError) -> StatusRow:
    """The row of an error's class, or of the nearest class above it."""
    rows = {row.error: row for row in TABLE}
    return next(rows[base] for base in type(error).__mro__ if base in rows)


def details_of(error: MimoError) -> bytes:
    """The serialised google.rpc.Status of an error: ErrorInfo, and RetryInfo where it may pass."""
    row = row_of(error)
    details = [error_details_pb2.ErrorInfo(reason=row.reason, domain=DOMAIN)]
    if isinstance(error, PASSING):
        delay = duration_pb2.Duration(seconds=RETRY_AFTER_S)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    status = status_pb2.Status(code=row.code.value[0], message=str(error))
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return bytes(status.SerializeToString())


def error_of(details: bytes) -> MimoError:
    """The error that a google.rpc.Status tells, with its sentence; MimoError for an unknown one.

    The sentence comes from here and not from the status line, where gRPC may put words of its own
    when a deadline passes on both sides at once.
    """
    status = status_pb2.Status.FromString(details)
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Is(info.DESCRIPTOR):
            detail.Unpack(info)
    return error_for(info.reason if info.domain == DOMAIN else "", status.message)


def error_for(reason: str, sentence: str) -> MimoError:
    """The error of a `reason` of the table, with its sentence; MimoError for an unknown one."""
    reasons = {row.reason: row.error for row in TABLE}
    return reasons.get(reason, MimoError)(sentence)
