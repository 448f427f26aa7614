"""The folder in which a server keeps its clients' files; it dies with its owner."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from mimo_runtime.errors import ResourceError

PREFIX = "mimo-spool-"
_NEW = ".mimo-spool-"
_LOCK = "lock"
_IN_MEMORY = ("tmpfs", "ramfs")


class SpoolRoot:
    """A folder of one server, locked while it lives.

    What servers left that were killed is removed when the next one starts: their folders have a
    lock that nobody holds. `parent` is where it is made; None for the system's place for temporary
    files.

    Raises:
        ResourceError: it cannot be made.
    """

    def __init__(self, parent: Path | None = None) -> None:
        root = Path(tempfile.gettempdir()) if parent is None else parent
        try:
            root.mkdir(parents=True, exist_ok=True)
            remove_orphans(root)
            new = Path(tempfile.mkdtemp(prefix=_NEW, dir=root))
            self._lock = os.open(new / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self.folder = new.rename(root / new.name.replace(_NEW, PREFIX))
        except OSError as error:
            raise ResourceError(
                f"No folder for the files of clients can be made in {root}: {error.strerror}; "
                "name another one, or make room there."
            ) from error

    @property
    def sentence(self) -> str:
        """Where clients' files lie, and whether that is in memory."""
        if file_system_of(self.folder) in _IN_MEMORY:
            return f"Clients' files lie in {self.folder}, which is in memory."
        return (
            f"Clients' files lie in {self.folder}, which is on a disk; name a folder in memory, "
            "such as /dev/shm, where nothing may be written down."
        )

    def close(self) -> None:
        """Remove the folder and all in it; that may be said twice."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = -1


def file_system_of(folder: Path) -> str:
    """The kind of the file system of a folder, such as tmpfs; "" where the system does not tell."""
    device = folder.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    with contextlib.suppress(OSError):  # not Linux
        for line in Path("/proc/self/mountinfo").read_text().splitlines():
            mount, _, kind = line.partition(" - ")
            if mount.split()[2] == number:
                return kind.split()[0]
    return ""


def remove_orphans(root: Path) -> None:
    """Remove the folders in `root` whose owners have ended."""
    for folder in root.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another user's, or just being removed
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
