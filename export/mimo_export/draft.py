"""A folder that appears under its name only when it is whole, and leaves nothing otherwise."""

import contextlib
import fcntl
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

_LOCK = ".lock"


@contextlib.contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """A new folder beside `target`, which is given that name behind the block.

    What drafts of the same target have left that did not end by themselves, by a crash or a
    power failure, is removed first. A process that still writes one holds its lock.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}.draft-"
    for left in target.parent.glob(f"{prefix}*"):
        _remove_unless_locked(left)
    draft = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    try:
        with (draft / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield draft
            (draft / _LOCK).unlink()
            draft.chmod(0o755)
            draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _remove_unless_locked(draft: Path) -> None:
    with contextlib.suppress(OSError), (draft / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(draft, ignore_errors=True)


@contextlib.contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Inside the block SIGTERM raises KeyboardInterrupt, so that what is begun is cleaned up."""

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)
