"""The figures of whoever is to be drawn, kept: read from a character folder, or made of a picture.

What makes them is imported when one is made: most bundles are given none.
"""

import hashlib
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mimo_runtime.arrays import Pixels
from mimo_runtime.characters.folder import FIT, PICTURE, RECORD

if TYPE_CHECKING:
    from mimo_runtime.characters.figure import Figure

_TEXTURE_PX = 512
_WHOLE_TEXTURE_PX = 256  # from which size of the planes on the texture is whole


def folder_of(picture: Path) -> Path | None:
    """The character folder whose picture that is; None for any other file.

    One without a figure, of an earlier version or without a body, is none: its picture is prepared
    again.
    """
    known = all((picture.parent / name).is_file() for name in (RECORD, FIT))
    return picture.parent if picture.name == PICTURE and known else None


def texture_px(size_px: int) -> int:
    """Sides of the texture with which bundles that see planes of `size_px` are trained."""
    return _TEXTURE_PX // max(1, _WHOLE_TEXTURE_PX // size_px)


class FigureCache:
    """The figures that were used last, with textures of `texture_px`; streams share it, in any
    thread.
    """

    def __init__(self, texture_px: int, most: int = 8) -> None:
        self._texture_px, self._most = texture_px, most
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Figure] = OrderedDict()

    def get(self, picture: Pixels, matte: Pixels | None, prepared: Path | None) -> "Figure":
        """The figure of the folder `prepared`, else of a picture, as `prepare` makes it.

        Raises as `prepare`, or MediaError where the folder is damaged.
        """
        from mimo_runtime.characters.figure import read_figure
        from mimo_runtime.synthesis.prepared import prepare

        if prepared is not None:
            return read_figure(prepared)
        key = _key(picture, matte)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        figure = prepare(picture, matte, texture_px=self._texture_px).figure()
        with self._lock:
            self._kept[key] = figure
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return figure


def _key(picture: Pixels, matte: Pixels | None) -> str:
    digest = hashlib.sha256(f"{picture.shape} {matte is None}".encode())
    for part in (picture, matte):
        if part is not None:
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
