"""The official motion colours: sdc_info.npy of the official release, which the user brings."""

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from mimo_runtime.arrays import Floats
from mimo_runtime.errors import MediaError
from mimo_runtime.files import cannot_read
from mimo_runtime.untrusted.safe_pickle import load_arrays

_KEY = "smpl"
_MAGIC = b"\x93NUMPY"


def read_sdc_colours(path: Path, vertex_count: int) -> Floats:
    """float32 [vertex_count, 3], 0 to 1 RGB: the entry 'smpl' of the pickled dict.

    Bytes and numbers above 1 are taken as 0..255; a fourth column, alpha, is left out.

    Raises:
        MediaError: it is no such file, or has colours for another number of vertices.
    """
    try:
        content = _content(path.read_bytes())
    except OSError as error:
        raise MediaError(cannot_read(path, error, "the colours")) from None
    except (ValueError, pickle.UnpicklingError) as error:
        raise MediaError(
            f"'{path.name}' is no sdc_info.npy of the official release: {error}; take it as it "
            "was published."
        ) from None
    colours = np.asarray(content.get(_KEY, ())) if isinstance(content, dict) else np.empty(0)
    if colours.ndim != 2 or colours.shape[1] not in (3, 4) or colours.dtype.kind not in "uif":
        raise MediaError(
            f"'{path.name}' has no table of colours named '{_KEY}'; take it as it was published."
        )
    if len(colours) != vertex_count:
        raise MediaError(
            f"'{path.name}' has {len(colours)} colours and the body model {vertex_count} vertices; "
            "they belong to different models."
        )
    scale = 255 if colours.dtype.kind in "ui" or colours.max() > 1 else 1
    return np.asarray(colours[:, :3] / scale, np.float32).clip(0, 1)


def _content(data: bytes) -> Any:
    stream = io.BytesIO(data)
    if not data.startswith(_MAGIC):
        raise ValueError("it does not begin like a NumPy file")
    version = np.lib.format.read_magic(stream)
    read_header = {(1, 0): np.lib.format.read_array_header_1_0,
                   (2, 0): np.lib.format.read_array_header_2_0}  # fmt: skip
    if version not in read_header:
        raise ValueError(f"its format version {version} is not known")
    _, _, dtype = read_header[version](stream)
    if dtype.hasobject:
        return np.asarray(load_arrays(stream.read())).item()
    raise ValueError("it holds a plain array, no dict")
