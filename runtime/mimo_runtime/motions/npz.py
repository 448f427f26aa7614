"""Opening archives of arrays that a stranger may have made."""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import LimitExceededError, MediaError

MAX_BYTES = 2 * 1024**3

Arrays = Mapping[str, NDArray[Any]]


def read_npz(path: Path) -> Arrays:
    """Every array of a .npz file; objects, which could run code, are refused.

    Raises:
        MediaError: it cannot be read, is no such archive, is damaged, or holds objects.
        LimitExceededError: unpacked it is larger than `MAX_BYTES`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size_bytes = sum(entry.file_size for entry in archive.infolist())
        if size_bytes > MAX_BYTES:
            raise LimitExceededError(
                f"'{path.name}' unpacks to {size_bytes} bytes; at most {MAX_BYTES} are read."
            )
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {error.strerror or error}.") from None
    except (ValueError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise MediaError(f"'{path.name}' is no readable .npz file: {error}.") from None


def text(arrays: Arrays, key: str) -> str:
    """The entry `key` as text, empty where there is none."""
    return str(arrays[key]) if key in arrays else ""
