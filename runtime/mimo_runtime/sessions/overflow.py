"""A file for what a client has not read yet, so that nobody waits for a slow one."""

import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path


class Overflow:
    """Bytes in a file of `folder`, in any order, at most `max_bytes` since it was last empty.

    The file is made when it is needed and has no name, so it goes with this process. Once all has
    been read it begins anew. `put` and the functions that it gives may be called from several
    threads.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._file: int | None = None
        self._end = 0
        self._unread = 0

    def put(self, data: bytes) -> Callable[[], bytes] | None:
        """Keep `data`; what reads it back, once, or None where there is no room.

        Raises:
            OSError: the disk is full.
        """
        with self._lock:
            if self._end + len(data) > self._max_bytes:
                return None
            if self._file is None:
                self._file = os.open(self._folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
            start = self._end
            self._end += len(data)
            self._unread += 1
            _write(self._file, data, start)
            return partial(self._read, start, len(data))

    def close(self) -> None:
        """Let go of the file; what was not read is lost."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
            self._file, self._max_bytes = None, 0

    def _read(self, start: int, size_bytes: int) -> bytes:
        with self._lock:
            assert self._file is not None  # read before `close`
            data = os.pread(self._file, size_bytes, start)
            self._unread -= 1
            if not self._unread:
                os.ftruncate(self._file, 0)
                self._end = 0
            return data


def _write(file: int, data: bytes, start: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, start)
        view, start = view[written:], start + written
