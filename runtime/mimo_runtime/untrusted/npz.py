"""Opening archives of arrays that a stranger may have made."""

import math
import pickle
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.files import cannot_read
from mimo_runtime.untrusted.safe_pickle import load_arrays

MAX_BYTES = 2 * 1024**3
_SUFFIX = ".npy"

Arrays = Mapping[str, NDArray[Any]]


def read_npz(path: Path, *, objects: bool = False, max_bytes: int | None = None) -> Arrays:
    """Every array of numbers or text of a .npz file.

    Objects, which could run code, are left out: files of AMASS have some. With `objects` those
    are read that are made of arrays, numbers, text, lists and dicts alone; nothing is run.

    Raises:
        MediaError: it cannot be read, is no such archive, or is damaged.
        LimitExceededError: unpacked it is larger than `max_bytes`, `MAX_BYTES` where not given.
    """
    most_bytes = MAX_BYTES if max_bytes is None else max_bytes
    try:
        with zipfile.ZipFile(path) as archive:
            size_bytes = sum(entry.file_size for entry in archive.infolist())
            if size_bytes > most_bytes:
                raise LimitExceededError(
                    f"'{path.name}' unpacks to {size_bytes} bytes; at most {most_bytes} are read."
                )
            return dict(_arrays(archive, objects))
    except OSError as error:
        raise MediaError(cannot_read(path, error)) from None
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise MediaError(
            f"'{path.name}' is no readable .npz file: {error}; write or copy it again."
        ) from None


def _arrays(archive: zipfile.ZipFile, objects: bool) -> Iterator[tuple[str, NDArray[Any]]]:
    for entry in archive.namelist():
        if not entry.endswith(_SUFFIX):
            continue
        with archive.open(entry) as file:
            holds_objects = _holds_objects(file, archive.getinfo(entry).file_size)
            content = _plain(file.read()) if holds_objects and objects else None
        if not holds_objects:
            with archive.open(entry) as file:
                content = np.lib.format.read_array(file, allow_pickle=False)
        if content is not None:
            yield entry.removesuffix(_SUFFIX), content


def _plain(data: bytes) -> NDArray[Any] | None:
    """A pickled array of plain objects; None where it holds others."""
    try:
        return np.asarray(load_arrays(data))
    except pickle.UnpicklingError:
        return None


def _holds_objects(file: IO[bytes], size_bytes: int) -> bool:
    """Raises ValueError where the array says that it is larger than its entry."""
    old = np.lib.format.read_magic(file) == (1, 0)
    read = np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file)
    if not dtype.hasobject and math.prod(shape) * dtype.itemsize > size_bytes:
        raise ValueError(f"an array of {shape} is not in {size_bytes} bytes")
    return bool(dtype.hasobject)


def text(arrays: Arrays, key: str) -> str:
    """The entry `key` as text, empty where there is none."""
    return str(arrays[key]) if key in arrays else ""
