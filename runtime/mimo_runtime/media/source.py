"""A media file from outside, before anyone parses it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.sniffing import SNIFF_BYTES, sniff_clip


@dataclass(frozen=True, slots=True)
class Source:
    """An open file and what its first bytes say it is."""

    descriptor: int
    container: str


@contextmanager
def open_source(path: Path, limits: MediaLimits) -> Iterator[Source]:
    """Opens the clip at `path` for the time of the with statement.

    Raises MediaError (no such file, empty, not a video), LimitExceededError (too many bytes).
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise MediaError(f"'{path}' cannot be opened: {error.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise MediaError(f"'{path}' is not a file")
        check_size_bytes(status.st_size, path.name, limits)
        yield Source(descriptor, sniff_clip(os.pread(descriptor, SNIFF_BYTES, 0), path.name))
    finally:
        os.close(descriptor)


def check_size_bytes(size_bytes: int, name: str, limits: MediaLimits) -> None:
    """Raises MediaError for an empty file, LimitExceededError for one that is too large."""
    if size_bytes == 0:
        raise MediaError(f"'{name}' is empty")
    if size_bytes > limits.max_file_bytes:
        raise LimitExceededError(
            f"'{name}' has {size_bytes} bytes, more than the {limits.max_file_bytes} accepted "
            "(max_file_bytes)"
        )
