import asyncio
import errno
from typing import Any

import grpc
import pytest

from mimo_runtime.errors import MediaError
from mimo_runtime.serving.abort import abort_on_error
from mimo_runtime.wire.status import error_of


class Call:
    """The one thing of a gRPC context that a refusal needs."""

    def __init__(self) -> None:
        self.ended: Any = None

    async def abort(self, code: grpc.StatusCode, sentence: str, metadata: Any) -> None:
        self.ended = (code, sentence, dict(metadata))


async def fails_with(error: BaseException) -> None:
    raise error


def test_an_error_of_ours_is_told_as_it_is() -> None:
    call: Any = Call()
    asyncio.run(abort_on_error(fails_with(MediaError("The picture is torn.")), call))
    code, sentence, metadata = call.ended
    assert (code, sentence) == (grpc.StatusCode.INVALID_ARGUMENT, "The picture is torn.")
    assert type(error_of(metadata["grpc-status-details-bin"])) is MediaError


def test_an_error_of_nobody_goes_to_the_log_and_leaves_as_an_incident(
    caplog: pytest.LogCaptureFixture,
) -> None:
    call: Any = Call()
    asyncio.run(abort_on_error(fails_with(ZeroDivisionError("secret detail")), call))
    code, sentence, _ = call.ended
    assert code is grpc.StatusCode.INTERNAL
    assert "secret" not in sentence
    incident = sentence.rstrip(".").split()[-1]
    assert incident in caplog.text
    assert "ZeroDivisionError: secret detail" in caplog.text


def test_a_cancelled_call_stays_cancelled() -> None:
    call: Any = Call()
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(abort_on_error(fails_with(asyncio.CancelledError()), call))
    assert call.ended is None


@pytest.mark.parametrize("error", [OSError(errno.EMFILE, "Too many open files"), MemoryError()])
def test_what_the_machine_lacks_is_no_incident(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    call: Any = Call()
    asyncio.run(abort_on_error(fails_with(error), call))
    code, sentence, metadata = call.ended
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "try again" in sentence
    assert b"RetryInfo" in metadata["grpc-status-details-bin"]
    assert not caplog.records
