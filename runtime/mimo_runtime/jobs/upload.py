"""One file that arrives, piece by piece; what has arrived stays when its sender goes."""

import threading
from pathlib import Path
from typing import BinaryIO

import google_crc32c

from mimo_runtime.errors import DamagedUploadError, LimitExceededError, ProtocolError, ResourceError


class Upload:
    """Appends to `path`, which may hold the beginning already, up to `size_bytes`."""

    def __init__(self, path: Path, size_bytes: int) -> None:
        self.path = path
        self.size_bytes = size_bytes
        self._lock = threading.Lock()
        self._file: BinaryIO | None = path.open("ab")
        self.offset = self._file.tell()

    def write(self, offset: int, data: bytes, crc32c: int | None = None) -> None:
        """Take the next piece, which begins at `offset`.

        Raises:
            DamagedUploadError: its CRC-32C is another.
            ProtocolError: it begins elsewhere, or another call sends the same file by now.
            LimitExceededError: it goes beyond the end.
            ResourceError: the disk is full.
        """
        if crc32c is not None and google_crc32c.value(data) != crc32c:
            raise DamagedUploadError(
                f"The piece at byte {offset} has another CRC-32C than was sent with it; send the "
                "file again from what GetAsset tells."
            )
        with self._lock:
            self._check(offset, len(data))
            assert self._file is not None  # or _check would have raised
            try:
                self._file.write(data)
                self._file.flush()
            except OSError as error:
                raise ResourceError(
                    f"The piece at byte {offset} cannot be stored: {error.strerror}; try again "
                    "when the server's disk has room."
                ) from error
            self.offset += len(data)

    def close(self) -> None:
        """Take no more; that may be said twice."""
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None

    def _check(self, offset: int, more_bytes: int) -> None:
        if self._file is None:
            raise superseded()
        if offset != self.offset:
            raise ProtocolError(
                f"A piece begins at byte {offset} and {self.offset} have arrived; go on there."
            )
        if offset + more_bytes > self.size_bytes:
            raise LimitExceededError(
                f"More came than the {self.size_bytes} bytes that the header said; send the "
                "file's own size."
            )


def superseded() -> ProtocolError:
    """That a call sends a file no more: another one does, or the file was removed."""
    return ProtocolError(
        "Another call sends the same file now, or it was removed; ask GetAsset how far it is, and "
        "go on there."
    )
