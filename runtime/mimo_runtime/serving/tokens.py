"""Who may call: bearer tokens, of which the server knows no more than their hashes."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from mimo_runtime.errors import InvalidRequestError, UnauthenticatedError

_LINE = re.compile(r"([0-9a-f]{64})(?:\s+(\S+))?(?:\s+(admin))?")
_BEARER = "bearer "


class Caller(NamedTuple):
    """Whose a token is, and whether that is somebody who runs the server."""

    name: str
    is_admin: bool


class Tokens:
    """The tokens that are let in.

    A file has a line for each: the SHA-256 of the token in hex, a name, and admin where it is of
    somebody who runs the server. It is read again when it changes, so that a token can be taken
    back. Lines that begin with # say nothing.

    Raises:
        InvalidRequestError: the file cannot be read, or a line is none of these.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = (0, 0)
        self._known: dict[str, Caller] = {}
        self._read()

    def check(self, metadata: Iterable[tuple[str, Any]]) -> Caller:
        """Whoever calls, by the token in the headers.

        Every known hash is compared, each in constant time.

        Raises:
            UnauthenticatedError: there is no token, or an unknown one.
        """
        self._read_if_new()
        given = str(dict(metadata).get("authorization", ""))
        if not given.lower().startswith(_BEARER):
            raise UnauthenticatedError(
                "This server asks for a token; send it in the header 'authorization', as Bearer."
            )
        digest = hashlib.sha256(given[len(_BEARER) :].strip().encode()).hexdigest()
        found = [
            caller for each, caller in self._known.items() if hmac.compare_digest(each, digest)
        ]
        if not found:
            raise UnauthenticatedError("The token is not known here; ask for a new one.")
        return found[0]

    def _read_if_new(self) -> None:
        try:
            self._read()
        except InvalidRequestError:
            return  # it is just being replaced: what was known goes on

    def _read(self) -> None:
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp == self._stamp:
                return
            lines = self._path.read_text().splitlines()
        except OSError as error:
            raise InvalidRequestError(
                f"The tokens {self._path} cannot be read: {error.strerror}; name another file."
            ) from error
        self._known = dict(_entry(line, self._path) for line in lines if _says(line))
        self._stamp = stamp


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _entry(line: str, path: Path) -> tuple[str, Caller]:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise InvalidRequestError(
            f"A line of {path} is no SHA-256 in hex with a name, and admin or nothing, behind it; "
            "make one with 'printf TOKEN | sha256sum'."
        )
    return found[1], Caller(found[2] or found[1][:8], found[3] is not None)
