"""Where a worker writes what is not yet whole; what a killed one has left there goes."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mimo_runtime.files import write_errors

_PREFIX = ".work-"
_LOCK = "lock"


@contextmanager
def work_folder(parent: Path) -> Iterator[Path]:
    """A folder in `parent` of this worker alone, for the time of the with statement.

    Its lock is held meanwhile, so that others can tell it from one whose worker was killed; those
    are removed here. Where a file system has no locks, nothing is.

    Raises:
        InvalidRequestError, ResourceError: `parent` cannot be written.
    """
    with write_errors(parent):
        remove_abandoned(parent)
        folder, lock = _locked(parent)
    try:
        yield folder
    finally:
        _remove(folder)
        os.close(lock)


def remove_abandoned(parent: Path) -> None:
    """Remove the work folders in `parent` whose worker is gone."""
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            with contextlib.suppress(OSError):  # just made, and its maker takes another
                folder.rmdir()
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)
        except OSError:
            pass  # at work, or a file system without locks
        finally:
            os.close(lock)


def _locked(parent: Path) -> tuple[Path, int]:
    """A new work folder with the descriptor of its lock.

    Between two steps of making it somebody else may take it for abandoned; then it is made again.
    """
    while True:
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=_PREFIX))
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        except FileNotFoundError:
            continue
        with contextlib.suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return folder, lock
        os.close(lock)


def _remove(folder: Path) -> None:
    """Remove a work folder, its lock last."""
    for entry in folder.iterdir():
        if entry.name != _LOCK:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
