"""Files: what the operating system refuses becomes a sentence, what is written appears whole."""

import errno
import hashlib
import os
import shutil
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
        raise MediaError(cannot_read(path, error)) from error


def cannot_read(path: Path | str, error: OSError, what: str = "") -> str:
    """The sentence for a file, `what` it is to be, that the system does not let be read."""
    named = f"{what} {path}" if what else path
    return f"Cannot read {named}: {error.strerror or error}; name one that can be read."


def file_hash(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_synced(path: Path, data: bytes) -> None:
    """Write a new file and have it on the disk. Raises OSError."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, data: bytes, work: Path) -> None:
    """Write a file that is on the disk, whole, before it has its name; an older one is replaced.

    `work` is a folder of the same file system that nobody else writes into. Raises OSError.
    """
    partial = work / path.name
    write_synced(partial, data)
    try:
        partial.replace(path)
    except FileNotFoundError:  # of NFS, where the answer was lost and the rename was sent again
        if not path.is_file() or path.read_bytes() != data:
            raise


def sync_file(path: Path) -> None:
    """Have a file on the disk. Raises OSError."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Have the names in a folder on the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish(temporary: Path, target: Path) -> None:
    """Give a finished file of the same file system its name, both on the disk. Raises OSError."""
    sync_file(temporary)
    size_bytes = temporary.stat().st_size
    try:
        temporary.replace(target)
    except FileNotFoundError:  # as in `write_whole`
        if not target.is_file() or target.stat().st_size != size_bytes:
            raise
    sync_folder(target.parent)


def link_or_copy(file: Path, target: Path) -> None:
    """Have a file at another place too, by its bytes only where the file systems differ.

    Raises OSError.
    """
    try:
        target.hardlink_to(file)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK):
            raise
        shutil.copyfile(file, target)


def make_private_folder(folder: Path) -> None:
    """Make a folder for this user only, where there is none, on the disk. Raises OSError."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


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
