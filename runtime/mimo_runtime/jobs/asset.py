"""An asset as it is told of."""

import re
from dataclasses import dataclass

from mimo_runtime.errors import InvalidRequestError

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of `caller`, of which `committed_bytes` have arrived; times in seconds since 1970.

    It is `complete` once all of it was found to be what its SHA-256 says.
    """

    caller: str
    sha256: str
    size_bytes: int
    committed_bytes: int
    name: str
    created_s: float
    expires_s: float
    complete: bool


def check_digest(sha256: str) -> None:
    """Check that a text can be the SHA-256 of a file.

    Raises:
        InvalidRequestError: it cannot.
    """
    if not _DIGEST.fullmatch(sha256):
        raise InvalidRequestError(
            f"'{sha256[:80]}' is no SHA-256; give 64 of 0-9 a-f, as 'sha256sum FILE' prints them."
        )


def check_name(name: str) -> None:
    """Check what a person calls an asset.

    Raises:
        InvalidRequestError: it cannot be shown.
    """
    if len(name) > _LONGEST_NAME or not name.isprintable() or "/" in name:
        raise InvalidRequestError(
            f"An asset's name is {len(name)} characters long or holds one that cannot be shown; "
            f"give at most {_LONGEST_NAME}, without '/'."
        )
