"""What every target of finished frames has in common."""

import errno
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError, ResourceError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FrameSink(ABC):
    """A target that appears, whole, when the with statement ends without an error.

    Until then everything is under a temporary name beside it, which an error removes.
    """

    @abstractmethod
    def write(self, index: int, frame: NDArray[np.uint8]) -> None:
        """Take uint8 RGB [height, width, 3]; indices ascend from 0.

        Raises:
            ResourceError: the disk is full.
            InvalidRequestError: the target cannot be written.
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


@contextmanager
def write_errors(path: Path) -> Iterator[None]:
    """Turn operating system errors into sentences about `path`."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        if error.errno in _FULL:
            raise ResourceError(
                f"There is no room to write '{path}': {reason}; free space or choose another place."
            ) from None
        raise InvalidRequestError(
            f"'{path}' cannot be written: {reason}; choose another place."
        ) from None
