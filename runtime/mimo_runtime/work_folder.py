"""Where something is written that is not yet whole; what a killed process has left there goes."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.files import write_errors

_WORK = ".work-"
_LOCK = "lock"
NEW, _OLD = "new", "old"
"""What stands beside a lock in the work folder of another folder."""


@contextmanager
def work_folder(parent: Path, prefix: str = _WORK) -> Iterator[Path]:
    """A folder in `parent` of this process alone, for the time of the with statement.

    Its lock is held meanwhile, so that others can tell it from one whose process was killed; those
    are removed here. Where a file system has no locks, nothing is.

    Raises:
        InvalidRequestError, ResourceError: `parent` cannot be written.
    """
    with write_errors(parent):
        _remove_abandoned(parent, prefix)
        folder, lock = _locked(parent, prefix)
    try:
        yield folder
    finally:
        _remove(folder)
        os.close(lock)


def beside(path: Path) -> AbstractContextManager[Path]:
    """The work folder of what is to become `path`. Errors as in `work_folder`."""
    return work_folder(path.parent, f".{path.name}.partial-")


@contextmanager
def replaced_folder(path: Path, is_ours: Callable[[str], bool], what: str) -> Iterator[Path]:
    """A folder to write into, which becomes `path` when the with statement ends without an error.

    An earlier one is replaced then; arguments as in `refuse_other_files`.

    Raises:
        InvalidRequestError: `path` holds other files or cannot be written.
        ResourceError: there is no room.
    """
    path = path.resolve()
    refuse_other_files(path, is_ours, what)
    with write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as work:
        new = work / NEW
        with write_errors(path):
            new.mkdir()
        yield new
        refuse_other_files(path, is_ours, what)
        replace_folder(path, new)


def replace_folder(path: Path, new: Path) -> None:
    """Give the folder `new` the name `path`; an earlier one of that name goes beside `new`.

    Raises InvalidRequestError, ResourceError.
    """
    with write_errors(path):
        if path.exists():
            path.rename(new.with_name(_OLD))
        new.rename(path)


def refuse_other_files(path: Path, is_ours: Callable[[str], bool], what: str) -> None:
    """Refuse a folder, if there is one, that holds more than what `is_ours` by its name.

    Raises InvalidRequestError: the sentence says that it is no `what`.
    """
    with write_errors(path):
        names = [entry.name for entry in path.iterdir()] if path.exists() else []
    for name in names:
        if not is_ours(name):
            raise InvalidRequestError(
                f"The folder '{path}' holds '{name}', which is no {what}; choose a new or an empty "
                "folder."
            )


def _remove_abandoned(parent: Path, prefix: str) -> None:
    """Remove the work folders in `parent` whose process is gone."""
    for folder in parent.iterdir():
        if not folder.name.startswith(prefix) or not folder.is_dir():
            continue
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


def _locked(parent: Path, prefix: str) -> tuple[Path, int]:
    """A new work folder with the descriptor of its lock.

    Between two steps of making it somebody else may take it for abandoned; then it is made again.
    """
    while True:
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
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
