"""Opening archives of arrays that a stranger may have made."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import LimitExceededError, MediaError

MAX_BYTES = 2 * 1024**3
_SUFFIX = ".npy"

Arrays = Mapping[str, NDArray[Any]]


def read_npz(path: Path) -> Arrays:
    """Every array of numbers or text of a .npz file.

    Objects, which could run code, are never unpacked and left out: files of AMASS have some.

    Raises:
        MediaError: it cannot be read, is no such archive, or is damaged.
        LimitExceededError: unpacked it is larger than `MAX_BYTES`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size_bytes = sum(entry.file_size for entry in archive.infolist())
            if size_bytes > MAX_BYTES:
                raise LimitExceededError(
                    f"'{path.name}' unpacks to {size_bytes} bytes; at most {MAX_BYTES} are read."
                )
            return dict(_arrays(archive))
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {error.strerror or error}.") from None
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise MediaError(f"'{path.name}' is no readable .npz file: {error}.") from None


def _arrays(archive: zipfile.ZipFile) -> Iterator[tuple[str, NDArray[Any]]]:
    for entry in archive.namelist():
        if not entry.endswith(_SUFFIX):
            continue
        with archive.open(entry) as file:
            objects = _holds_objects(file)
        if not objects:
            with archive.open(entry) as file:
                array = np.lib.format.read_array(file, allow_pickle=False)
            yield entry.removesuffix(_SUFFIX), array


def _holds_objects(file: IO[bytes]) -> bool:
    old = np.lib.format.read_magic(file) == (1, 0)
    read = np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0
    return bool(read(file)[2].hasobject)


def text(arrays: Arrays, key: str) -> str:
    """The entry `key` as text, empty where there is none."""
    return str(arrays[key]) if key in arrays else ""
