"""A file of planes: one array of a fixed shape for every frame, lossless, read in order."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.files import write_errors

_LENGTH = struct.Struct("<I")
_LEVEL = 1


class PlaneWriter:
    """Writes the planes of a clip one after the other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with write_errors(path):
            self._file = path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with write_errors(self._path):
            self._file.close()

    def write(self, plane: NDArray[Any]) -> None:
        """The plane of the next frame. Raises ResourceError where the disk is full."""
        packed = zlib.compress(np.ascontiguousarray(plane).tobytes(), _LEVEL)
        with write_errors(self._path):
            self._file.write(_LENGTH.pack(len(packed)) + packed)


def read_planes(
    path: Path, shape: tuple[int, ...], dtype: Any = np.uint8
) -> Iterator[NDArray[Any]]:
    """The planes of a file of ours from the first one on, each of `shape` and `dtype`."""
    with path.open("rb") as file:
        while head := file.read(_LENGTH.size):
            packed = file.read(_LENGTH.unpack(head)[0])
            yield np.frombuffer(zlib.decompress(packed), dtype).reshape(shape)
