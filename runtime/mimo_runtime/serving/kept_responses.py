"""The last of what a stream was sent, for a client whose connection was cut."""

import time
from collections import deque

from mimo.v1 import synthesis_pb2 as pb
from mimo_runtime.errors import OutOfRangeError

KEPT_S = 10.0
MAX_KEPT_BYTES = 64 << 20


class KeptResponses:
    """Numbers messages from 1 on and keeps those of the last `kept_s`, `MAX_KEPT_BYTES` at most."""

    def __init__(self, kept_s: float) -> None:
        self._kept_s = kept_s
        self._kept: deque[tuple[float, pb.SynthesizeLiveResponse]] = deque()
        self._bytes = self._last = 0

    def add(self, response: pb.SynthesizeLiveResponse) -> None:
        """Number a message that is about to be sent."""
        self._last += 1
        response.sequence = self._last
        if not self._kept_s:
            return
        now_s = time.monotonic()
        self._kept.append((now_s, response))
        self._bytes += response.ByteSize()
        while self._bytes > MAX_KEPT_BYTES or now_s - self._kept[0][0] > self._kept_s:
            self._bytes -= self._kept.popleft()[1].ByteSize()

    def after(self, sequence: int) -> list[pb.SynthesizeLiveResponse]:
        """Every message after the one of that number.

        Raises:
            OutOfRangeError: one of them is not kept any more, or `sequence` was never sent.
        """
        first = self._kept[0][1].sequence if self._kept else self._last + 1
        if not first <= sequence + 1 <= self._last + 1:
            raise OutOfRangeError(
                f"The stream cannot go on after message {sequence}: messages {first} to "
                f"{self._last} are kept. Open another stream."
            )
        return [response for _, response in self._kept if response.sequence > sequence]
