"""Writing files: what the operating system refuses becomes a sentence."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError, ResourceError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


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
