"""Which way frames are marked: ours in luma, or another one that an installed package brings.

A package announces one by an entry point of the group `mimo.marks`, whose name is what options call
it, and which is a `MarkScheme`.
"""

from importlib.metadata import entry_points
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.provenance.mark import Finding, LumaMark, MarkReader

GROUP: Final = "mimo.marks"
LUMA: Final = "luma"


class Mark(Protocol):
    """Marks the frames of one result."""

    def add(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A marked copy of uint8 RGB [height, width, 3]; from one thread, in the frames' order."""


class Reader(Protocol):
    """Looks for a mark in frames of one size."""

    def take(self, luma: NDArray[np.uint8]) -> None:
        """Look at a frame, uint8 [height, width]."""

    def finding(self) -> Finding:
        """What all frames say together."""


class MarkScheme(Protocol):
    """Makes both for a secret key and frames of one size, in pixels."""

    def mark(self, key: bytes, payload: int, width_px: int, height_px: int) -> Mark:
        """What adds a payload of 32 bits."""

    def reader(self, key: bytes, width_px: int, height_px: int) -> Reader:
        """What looks for one."""


class LumaScheme:
    """The mark of `mark.py`."""

    def mark(self, key: bytes, payload: int, width_px: int, height_px: int) -> Mark:
        """See `MarkScheme`."""
        return LumaMark(key, payload, width_px, height_px)

    def reader(self, key: bytes, width_px: int, height_px: int) -> Reader:
        """See `MarkScheme`."""
        return MarkReader(key, width_px, height_px)


def scheme_of(name: str) -> MarkScheme:
    """The scheme of a name.

    Raises:
        InvalidRequestError: no package brings it.
    """
    if name == LUMA:
        return LumaScheme()
    for point in entry_points(group=GROUP, name=name):
        scheme: MarkScheme = point.load()
        return scheme
    known = sorted({LUMA, *(point.name for point in entry_points(group=GROUP))})
    raise InvalidRequestError(
        f"There is no mark '{name[:40]}'; there are {', '.join(known)}. Install the package that "
        "brings it, or name one of those."
    )
