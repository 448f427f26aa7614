"""Files: what the operating system refuses becomes a sentence."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError, MediaError, ResourceError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def read_input(path: Path) -> bytes:
    """All of a file that the user gave. Raises MediaError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {error.strerror}; give another file.") from error


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
