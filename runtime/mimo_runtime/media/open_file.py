"""A media file from outside, before anyone parses it."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.sniffing import SNIFF_BYTES, sniff_clip


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open file and what its first bytes say it is."""

    descriptor: int
    container: str


@contextmanager
def open_file(
    path: Path, limits: MediaLimits, sniff: Callable[[bytes, str], str] = sniff_clip
) -> Iterator[OpenFile]:
    """Open the clip at `path` for the time of the with statement; `sniff` says what it is.

    Raises:
        MediaError: there is no such file, it is empty, or it is not a video.
        LimitExceededError: it has too many bytes.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise MediaError(f"'{path}' cannot be opened: {error.strerror}; check the name.") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise MediaError(f"'{path}' is not a file; give a video file.")
        check_size_bytes(status.st_size, path.name, limits)
        yield OpenFile(descriptor, sniff(os.pread(descriptor, SNIFF_BYTES, 0), path.name))
    finally:
        os.close(descriptor)


def check_size_bytes(size_bytes: int, name: str, limits: MediaLimits) -> None:
    """Check the size of a file.

    Raises:
        MediaError: it is empty.
        LimitExceededError: it is larger than `limits` allow.
    """
    if size_bytes == 0:
        raise MediaError(f"'{name}' is empty; it may not have been copied whole.")
    if size_bytes > limits.max_file_bytes:
        raise LimitExceededError(
            f"'{name}' has {size_bytes} bytes, more than the {limits.max_file_bytes} accepted; "
            "encode it smaller or cut it shorter."
        )
