"""How a live stream goes on whose connection was cut."""

import threading
import time
from collections.abc import Callable
from typing import Any

import grpc

from mimo_runtime.client.failure import error_from
from mimo_runtime.client.outgoing import Outgoing, Requests
from mimo_runtime.errors import CancelledError, ProtocolError
from mimo_runtime.wire.status import DETAILS_KEY

RETRY_S = 0.25

Connect = Callable[[Requests], Any]

_CUT = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNKNOWN)  # fmt: skip


def is_cut(call: Any) -> bool:
    """Whether a call ended without a word of the server's: somewhere between, or it is gone."""
    told = any(key == DETAILS_KEY for key, _ in call.trailing_metadata() or ())
    return call.code() in _CUT and not told


class LiveResumption:
    """Goes on with the stream of `token`, which the server keeps for `within_s` after a cut.

    `cancel` may come from any thread, all else from one.
    """

    def __init__(self, connect: Connect, token: str, within_s: float, server: str) -> None:
        self._connect, self._token = connect, token
        self._within_s, self._server = within_s, server
        self._left = threading.Event()
        self._call: Any = None

    def cancel(self) -> None:
        """End the call that goes on, or try no more."""
        self._left.set()
        if (call := self._call) is not None:
            call.cancel()

    def call(self, outgoing: Outgoing, sequence: int) -> Any:
        """A call that goes on after the message `sequence`; its responses.

        Raises:
            OutOfRangeError: what was missed is not kept any more, here or there.
            ServerUnreachableError: no server answers for as long as the stream is kept.
            CancelledError: `cancel` came.
        """
        give_up_at_s = time.monotonic() + self._within_s
        while True:
            call = self._call = self._connect(outgoing.resumed(self._token, sequence))
            if self._left.is_set():
                call.cancel()  # which `cancel` knew nothing of yet
            try:
                first = next(call, None)
            except grpc.RpcError:
                self._wait_after(call, give_up_at_s)
                continue
            if first is None or first.WhichOneof("payload") != "resumed":
                raise ProtocolError("The server went on without a word; it may be another version.")
            outgoing.go_on(first.resumed.received)
            return call

    def _wait_after(self, call: Any, give_up_at_s: float) -> None:
        """Wait before the next try, if there is to be one; errors as in `call`."""
        if not self._left.is_set():
            if not is_cut(call) or time.monotonic() > give_up_at_s:
                raise error_from(call, self._server) from None
            self._left.wait(RETRY_S)
        if self._left.is_set():
            raise CancelledError("The stream was left while it was resumed; open another one.")
