from typing import Any

import grpc
import pytest

from mimo_runtime import errors
from mimo_runtime.client.failure import error_from
from mimo_runtime.wire.status import DETAILS_KEY, details_of


class EndedCall:
    """What grpc shows of a call that has ended."""

    def __init__(self, code: grpc.StatusCode, details: str, metadata: Any = ()) -> None:
        self.code = lambda: code
        self.details = lambda: details
        self.trailing_metadata = lambda: metadata


def test_an_error_of_the_server_comes_back_with_its_sentence() -> None:
    error = errors.TemplateError("The template has no bk stream.")
    call: Any = EndedCall(
        grpc.StatusCode.INVALID_ARGUMENT, str(error), ((DETAILS_KEY, details_of(error)),)
    )
    back = error_from(call, "host:1")
    assert type(back) is errors.TemplateError
    assert str(back) == str(error)


def test_the_sentence_survives_words_that_grpc_puts_into_the_status_line() -> None:
    error = errors.DeadlineExceededError("The deadline passed; allow more time.")
    call: Any = EndedCall(
        grpc.StatusCode.DEADLINE_EXCEEDED,
        "Stream removed (Deadline Exceeded)",
        ((DETAILS_KEY, details_of(error)),),
    )
    assert str(error_from(call, "host:1")) == str(error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, errors.ServerUnreachableError),
        (grpc.StatusCode.DEADLINE_EXCEEDED, errors.DeadlineExceededError),
        (grpc.StatusCode.CANCELLED, errors.ServerUnreachableError),
        (grpc.StatusCode.UNIMPLEMENTED, errors.UnsupportedError),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, errors.LimitExceededError),
        (grpc.StatusCode.DATA_LOSS, errors.MimoError),
    ],
)
def test_a_bare_status_becomes_a_sentence_that_names_the_server(
    code: grpc.StatusCode, kind: type[errors.MimoError]
) -> None:
    call: Any = EndedCall(code, "what grpc says.")
    error = error_from(call, "host:1")
    assert type(error) is kind
    assert "host:1" in str(error)
    assert str(error).endswith(".")
