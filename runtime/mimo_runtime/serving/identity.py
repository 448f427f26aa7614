"""Which program and bundle answers, as headers of every answer."""

import mimo_runtime
from mimo_runtime.bundle import Bundle

Identity = tuple[tuple[str, str], ...]


def identity_of(bundle: Bundle) -> Identity:
    """The version of the program and the SHA-256 of its bundle."""
    return (("x-mimo-version", mimo_runtime.__version__), ("x-mimo-bundle", bundle.digest))
