"""A log of who made what, each line bound to the one before it: none can go or change unseen."""

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.files import write_errors

FIRST: Final = "0" * 64
_TAIL_BYTES: Final = 1 << 20


class AuditLog:
    """Lines of JSON in a file that is only appended to, on the disk before `write` returns.

    Every line has the hash of the one before it and its own, over all the rest of it.

    A last line that a lost machine has left unfinished, which nobody was told of, is cut off.

    Raises:
        InvalidRequestError: the file cannot be written, or its last line is none of ours.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        with write_errors(path):
            self._file = path.open("ab+")
            _cut_torn_line(self._file)
        self._last = _last_hash(path, _tail(self._file))

    def write(self, event: Mapping[str, Any]) -> None:
        """Append what happened. Raises ResourceError where the disk is full."""
        with self._lock, write_errors(self._path):
            line = _line(event, self._last)
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._last = json.loads(line)["hash"]

    def close(self) -> None:
        """Let go of the file; that may be said twice."""
        self._file.close()


def check_audit_log(path: Path) -> tuple[int, str]:
    """How many lines a log has, and the hash of the last one.

    Who keeps that hash elsewhere can tell later whether lines were cut off at the end.

    Raises:
        MediaError: a line was changed, added or removed, or the file cannot be read.
    """
    last, count = FIRST, 0
    try:
        with path.open("rb") as file:
            for count, line in enumerate(file, 1):
                last = _checked(path, count, line, last)
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {error.strerror}; give another file.") from error
    return count, last


def _checked(path: Path, number: int, line: bytes, last: str) -> str:
    try:
        values = json.loads(line)
        event = {name: value for name, value in values.items() if name not in ("previous", "hash")}
        whole = values["previous"] == last and _line(event, last) == line
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise MediaError(
            f"Line {number} of {path} is not what was written after the line before it: one of "
            "them was changed, added or removed; look at a copy from before."
        )
    return str(values["hash"])


def _line(event: Mapping[str, Any], previous: str) -> bytes:
    values = {**event, "previous": previous}
    digest = hashlib.sha256(_text(values)).hexdigest()
    return _text({**values, "hash": digest}) + b"\n"


def _text(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode()


def _tail(file: Any) -> bytes:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(end - _TAIL_BYTES, 0))
    return bytes(file.read())


def _cut_torn_line(file: Any) -> None:
    tail = _tail(file)
    file.truncate(file.tell() - len(tail) + tail.rfind(b"\n") + 1)


def _last_hash(path: Path, tail: bytes) -> str:
    if not tail:
        return FIRST
    try:
        return str(json.loads(tail.splitlines()[-1])["hash"])
    except (ValueError, KeyError, TypeError):
        raise InvalidRequestError(
            f"The last line of {path} is none of an audit log, so nothing can follow it; name "
            "another file."
        ) from None
