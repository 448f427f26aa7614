"""What every target of finished frames has in common."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray


class Target(ABC):
    """Something that appears, whole, when the with statement ends without an error.

    Until then everything is under a temporary name beside it, which an error removes.
    """

    @abstractmethod
    def commit(self) -> None:
        """Complete the target and give it its name."""

    @abstractmethod
    def discard(self) -> None:
        """Remove what has been written."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self.discard()


class FrameSink(Target):
    """A target of frames of 8 bits."""

    @abstractmethod
    def write(self, index: int, frame: NDArray[np.uint8]) -> None:
        """Take uint8 RGB [height, width, 3]; indices ascend from 0.

        Raises:
            ResourceError: the disk is full.
            InvalidRequestError: the target cannot be written.
        """
