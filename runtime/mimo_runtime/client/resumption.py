"""How a live stream goes on whose connection was cut."""

import time
from collections.abc import Callable
from typing import Any

import grpc

from mimo_runtime.client.failure import error_from
from mimo_runtime.client.outgoing import Outgoing, Requests
from mimo_runtime.errors import ProtocolError
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
    """Goes on with the stream of `token`, which the server keeps for `within_s` after a cut."""

    def __init__(self, connect: Connect, token: str, within_s: float, server: str) -> None:
        self._connect, self._token = connect, token
        self._within_s, self._server = within_s, server

    def call(self, outgoing: Outgoing, sequence: int) -> Any:
        """A call that goes on after the message `sequence`; its responses.

        Raises:
            OutOfRangeError: what was missed is not kept any more, here or there.
            ServerUnreachableError: no server answers for as long as the stream is kept.
        """
        give_up_at_s = time.monotonic() + self._within_s
        while True:
            call = self._connect(outgoing.resumed(self._token, sequence))
            try:
                first = next(call, None)
            except grpc.RpcError:
                if not is_cut(call) or time.monotonic() > give_up_at_s:
                    raise error_from(call, self._server) from None
                time.sleep(RETRY_S)
                continue
            if first is None or first.WhichOneof("payload") != "resumed":
                raise ProtocolError("The server went on without a word; it may be another version.")
            outgoing.go_on(first.resumed.received)
            return call
