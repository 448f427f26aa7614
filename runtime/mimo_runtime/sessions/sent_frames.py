"""Which posture each of the last frames showed, so that a client may say what its user saw."""

import threading
from collections import deque

from mimo_runtime.errors import InvalidRequestError

MAX_SENT = 10_000


class SentFrames:
    """Added to by the thread that delivers, asked from any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first = 0
        self._pose_indices: deque[int] = deque()

    def add(self, pose_index: int) -> None:
        """Hear of the next frame."""
        with self._lock:
            self._pose_indices.append(pose_index)
            if len(self._pose_indices) > MAX_SENT:
                self._pose_indices.popleft()
                self._first += 1

    def pose_index(self, frame: int) -> int:
        """The index of the posture that a frame showed.

        Raises:
            InvalidRequestError: it was not sent, or so long ago that nobody sees it any more.
        """
        with self._lock:
            if not 0 <= frame - self._first < len(self._pose_indices):
                last = self._first + len(self._pose_indices) - 1
                raise InvalidRequestError(
                    f"Frame {frame} cannot be on display: {self._first} to {last} were sent; name "
                    "one of those, or none."
                )
            return self._pose_indices[frame - self._first]
