"""Files compared with their SHA-256, and remembered so that the next program need not read them.

What is remembered lies in `verified.json` of the user's cache folder and may be deleted at any
time. A file whose size, time of change or inode differs from what was remembered is read again.
"""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mimo_runtime.bundle.parts import StoredFile
from mimo_runtime.speech import say_nothing

OnBytes = Callable[[int, int], None]

_READ_BYTES = 1 << 20
_SETTLED_NS = 2 * 10**9  # younger files may change again without another time of change
_KEPT = 4096  # files


def stored_file(path: Path, on_read: Callable[[int], None] | None = None) -> StoredFile:
    """Size and SHA-256 of a file, read once; `on_read` is told the bytes of each block."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            if on_read:
                on_read(len(block))
        return StoredFile(os.fstat(file.fileno()).st_size, digest.hexdigest())


def changed_file(
    folder: Path,
    files: Mapping[str, StoredFile],
    anew: bool = False,
    on_bytes: OnBytes = say_nothing,
) -> str | None:
    """The first of `files` in `folder` whose SHA-256 is another one; all have their size.

    Files that were found right before, and look the same since, are not read again unless `anew`.
    `on_bytes` is told bytes read and bytes to read.
    """
    known = {} if anew else _read()
    left = {
        name: stored
        for name, stored in files.items()
        if known.get(_key(folder / name)) != [*_look(folder / name), stored.sha256]
    }
    total_bytes, done_bytes = sum(stored.size_bytes for stored in left.values()), 0

    def count(size_bytes: int) -> None:
        nonlocal done_bytes
        done_bytes += size_bytes
        on_bytes(done_bytes, total_bytes)

    settled: dict[str, StoredFile] = {}
    for name, stored in left.items():
        before = _look(folder / name)
        if stored_file(folder / name, count).sha256 != stored.sha256:
            return name
        if time.time_ns() - before[1] > _SETTLED_NS and before == _look(folder / name):
            settled[name] = stored
    remember(folder, settled)
    return None


def remember(folder: Path, files: Mapping[str, StoredFile]) -> None:
    """Note that `files` are what they say; where there is no place for notes, nothing happens."""
    if not files:
        return
    entries = {_key(folder / n): [*_look(folder / n), stored.sha256] for n, stored in files.items()}
    known = _read()
    kept = {key: value for key, value in known.items() if key not in entries}
    newest = dict(list((kept | entries).items())[-_KEPT:])
    with contextlib.suppress(OSError, RuntimeError):  # RuntimeError: a user without a home
        path = _path()
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(json.dumps(newest), encoding="utf-8")
        draft.replace(path)


def _path() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "mimo-runtime" / "verified.json"


def _read() -> dict[str, Any]:
    try:
        values = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError):
        return {}
    return values if isinstance(values, dict) else {}


def _key(path: Path) -> str:
    return str(path.resolve())


def _look(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino
