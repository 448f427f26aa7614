"""A connection to a server for questions and answers, with errors as the server says them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import grpc

from mimo.v1 import assets_pb2_grpc, jobs_pb2_grpc, server_pb2_grpc, synthesis_pb2_grpc
from mimo_runtime.client.channel import open_channel, token_metadata
from mimo_runtime.client.failure import error_from
from mimo_runtime.client.retries import Retries
from mimo_runtime.errors import MimoError, UnsupportedError

ANSWER_WITHIN_S = 60.0

Answer = TypeVar("Answer")
OnWait = Callable[[str], None]


class Connection:
    """The services of a server at `HOST:PORT`; a context manager. `tls_root` as in `open_channel`.

    `on_wait` is told a sentence when the server has gone away and is waited for.

    Raises:
        InvalidRequestError: the address or the file cannot be used.
    """

    def __init__(
        self, server: str, tls_root: Path | None = None, on_wait: OnWait = lambda _: None
    ) -> None:
        self.server, self._on_wait = server, on_wait
        self.channel = open_channel(server, tls_root)
        self.synthesis = synthesis_pb2_grpc.SynthesisServiceStub(self.channel)
        self.assets = assets_pb2_grpc.AssetServiceStub(self.channel)
        self.jobs = jobs_pb2_grpc.JobServiceStub(self.channel)
        self.operations = server_pb2_grpc.ServerServiceStub(self.channel)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.channel.close()

    def retries(self) -> Retries:
        """For what may be asked again."""
        return Retries(self._on_wait)

    def ask(self, method: Callable[..., Answer], request: Any) -> Answer:
        """The answer to a question, which comes within a minute.

        Raises:
            MimoError: as the server says it.
        """
        try:
            return method(request, metadata=token_metadata(), timeout=ANSWER_WITHIN_S)
        except grpc.RpcError as error:
            raise self._error(error) from None

    def send(self, method: Callable[..., Answer], requests: Iterator[Any]) -> Answer:
        """The answer to what is sent in pieces; errors as in `ask`."""
        try:
            return method(requests, metadata=token_metadata())
        except grpc.RpcError as error:
            raise self._error(error) from None

    def stream(self, method: Callable[..., Any], request: Any) -> Iterator[Any]:
        """All that the server says to a question; errors as in `ask`."""
        call = method(request, metadata=token_metadata())
        try:
            yield from call
        except grpc.RpcError as error:
            raise self._error(error) from None
        finally:
            call.cancel()

    def _error(self, error: Any) -> MimoError:
        if error.code() is grpc.StatusCode.UNIMPLEMENTED:
            return UnsupportedError(
                f"{self.server} keeps no jobs and no assets, or is of an older version; start it "
                "with a state folder."
            )
        return error_from(error, self.server)
