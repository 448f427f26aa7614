"""The work folder: what the stages of one decomposition have found so far."""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mimo_runtime.errors import BusyError
from mimo_runtime.files import file_hash, write_errors

_DONE = "done.json"
_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class StageRecord:
    """A finished stage; `resumed` where an earlier run did it."""

    name: str
    frames: int
    seconds: float
    resumed: bool = False

    @property
    def frames_per_s(self) -> float:
        """How fast it was."""
        return self.frames / max(self.seconds, 1e-9)


class StageCache:
    """A folder of stage folders, each with a note of what it was made from and what it holds.

    A stage is skipped where its note has the same key and its files are as they were written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: list[StageRecord] = []

    def stage(self, name: str, key: str, frames: int, action: Callable[[Path], None]) -> Path:
        """The folder of the stage `name`, in which `action` has written everything.

        Args:
            name: also that of the folder.
            key: of all that the result depends on.
            frames: that it works on, for the record.
            action: does the work, in an empty folder.
        """
        folder = self.path / name
        done = _valid(folder, key)
        if done is None:
            with write_errors(folder):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
            began_s = time.monotonic()
            action(folder)
            done = {"key": key, "frames": frames, "seconds": time.monotonic() - began_s}
            done["files"] = _contents(folder)
            with write_errors(folder):
                (folder / _DONE).write_text(json.dumps(done))
            self.records.append(StageRecord(name, frames, done["seconds"]))
        else:
            self.records.append(StageRecord(name, done["frames"], done["seconds"], resumed=True))
        return folder

    def remove(self) -> None:
        """Everything is done, or nothing can be."""
        shutil.rmtree(self.path, ignore_errors=True)


def cache_folder(target: Path) -> Path:
    """Where the stages of the decomposition into `target` lie until it is whole."""
    return target.with_name(f".{target.name}.decomposing")


def finished_stages(target: Path) -> int:
    """How many of them have been finished so far."""
    return sum(1 for _ in cache_folder(target).glob(f"*/{_DONE}"))


@contextmanager
def open_stage_cache(path: Path) -> Iterator[StageCache]:
    """The work folder at `path`, new or from a run that was interrupted.

    It goes at the end of the with statement where no stage was finished.

    Raises:
        BusyError: another process works in it.
        InvalidRequestError, ResourceError: it cannot be written.
    """
    with write_errors(path):
        path.mkdir(parents=True, exist_ok=True)
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise BusyError(
            f"Another process makes the same just now (its work folder is '{path}'); "
            "wait for it or choose another output."
        ) from None
    try:
        yield StageCache(path)
    finally:
        if not any(path.glob(f"*/{_DONE}")):
            shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def key_of(*parts: Any) -> str:
    """A hash of `parts`, which are plain data."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def record_json(records: list[StageRecord]) -> list[dict[str, Any]]:
    """Records as plain data."""
    return [
        asdict(record)
        | {"frames_per_s": round(record.frames_per_s, 2), "seconds": round(record.seconds, 3)}
        for record in records
    ]


def _valid(folder: Path, key: str) -> dict[str, Any] | None:
    try:
        done: dict[str, Any] = json.loads((folder / _DONE).read_bytes())
        valid = done["key"] == key and done["files"] == _contents(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return done if valid else None


def _contents(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): file_hash(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != _DONE
    }
