"""Arrays of a whole clip in one file: a few numbers for every frame."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.files import write_errors

Arrays = Mapping[str, NDArray[Any]]


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write an .npz whose bytes depend on nothing but `arrays`.

    Raises ResourceError where the disk is full.
    """
    with write_errors(path), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All of them."""
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)
