"""What waits to be taken up, in bounded number, and what becomes of the rest."""

from collections import deque
from typing import Generic, TypeVar

from mimo_runtime.wire.live import QueuePolicy

__all__ = ["FrameQueue", "QueuePolicy"]

T = TypeVar("T")


class FrameQueue(Generic[T]):
    """At most `capacity` frames in the order in which they came. One thread at a time."""

    def __init__(self, capacity: int, policy: QueuePolicy) -> None:
        self.capacity = capacity
        self.policy = policy
        self.dropped = 0
        self._frames: deque[T] = deque()

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def full(self) -> bool:
        """Whether the next frame finds no room of its own."""
        return len(self._frames) >= self.capacity

    def put(self, frame: T) -> bool:
        """Take a frame; False where it was not taken, which only LOSSLESS says.

        `dropped` counts those that gave way.
        """
        if self.full:
            if self.policy is QueuePolicy.LOSSLESS:
                return False
            self._frames.popleft()
            self.dropped += 1
        self._frames.append(frame)
        return True

    def take(self) -> T | None:
        """The oldest frame, or None where none waits."""
        return self._frames.popleft() if self._frames else None
