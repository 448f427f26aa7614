"""Files of arrays that a stranger may have made, of NumPy, pickle, torch and JSON, as plain data.

Nothing in them is run: pickled parts are opened for arrays, numbers, text, lists and dicts alone.
"""

import io
import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mimo_runtime.body.skeleton import Array
from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.files import cannot_read
from mimo_runtime.untrusted.npz import MAX_BYTES, read_npz
from mimo_runtime.untrusted.safe_pickle import load_arrays
from mimo_runtime.untrusted.torch_pickle import is_torch

SUFFIXES = (".npz", ".npy", ".pkl", ".pickle", ".pk", ".p", ".pt", ".pth", ".json")
_WORLD_WORDS, _CAMERA_WORD = ("global", "world"), "cam"
_JOBLIB = "joblib."
_MAX_JSON_BYTES = 64 << 20
_PACKED = (b"BZh", b"\xfd7zXZ", b"]\0\0", b"\x04\x22M\x18")  # bz2, xz, lzma, lz4


def read_arrays(path: Path) -> Any:
    """The content of a file of one of `SUFFIXES`: an array, or dicts and lists of them.

    Raises:
        MediaError: it cannot be read, is damaged, or its arrays are of a kind that would have to
            be run; the sentence says what to do.
        LimitExceededError: it is larger than `MAX_BYTES`.
    """
    if path.suffix.lower() == ".npz":
        return {key: _opened(value) for key, value in read_npz(path, objects=True).items()}
    data = read_bytes(path)
    if path.suffix.lower() == ".json":
        return _json(data, path.name)
    try:
        content = _npy(data) if path.suffix.lower() == ".npy" else load_arrays(data)
    except pickle.UnpicklingError as error:
        raise MediaError(
            f"'{path.name}' is no file of plain arrays ({error}); {_way_out(data, str(error))}"
        ) from None
    except (ValueError, EOFError) as error:
        raise MediaError(f"'{path.name}' is damaged: {error}. Write it anew.") from None
    return _opened(content)


def _json(data: bytes, name: str) -> Any:
    """Numbers in it take some twenty times the memory of their text."""
    if len(data) > _MAX_JSON_BYTES:
        raise LimitExceededError(
            f"'{name}' is larger than {_MAX_JSON_BYTES} bytes; save its arrays with numpy.savez."
        )
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MediaError(f"'{name}' is no JSON: {error}; write it anew.") from None


def _opened(content: Any) -> Any:
    """What an array of one object holds; all else as it is."""
    is_one_object = (
        isinstance(content, np.ndarray) and content.dtype.hasobject and content.size == 1
    )
    return content.item() if is_one_object else content


def read_bytes(path: Path) -> bytes:
    """The content of `path`; MediaError or LimitExceededError where it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LimitExceededError(
                f"'{path.name}' is larger than {MAX_BYTES} bytes; give a shorter motion."
            )
        return path.read_bytes()
    except OSError as error:
        raise MediaError(cannot_read(path, error)) from None


def dicts_in(content: Any, depth: int = 4) -> list[Mapping[Any, Any]]:
    """Every dict inside nested dicts and lists, outer ones first, in their order.

    Of one motion in the world and before the camera, as GVHMR writes it, the former.
    """
    dicts: list[Mapping[Any, Any]] = []
    if isinstance(content, np.ndarray) and content.dtype.hasobject:
        content = content.tolist()
    if isinstance(content, Mapping):
        dicts.append(content)
    if depth and isinstance(content, Mapping | list | tuple):
        inner = _in_the_world(content) if isinstance(content, Mapping) else content
        dicts += [inner_dict for part in inner for inner_dict in dicts_in(part, depth - 1)]
    return dicts


def _in_the_world(content: Mapping[Any, Any]) -> list[Any]:
    """The values of `content`; of dicts in the world and others, only the former."""
    keys = [key for key, value in content.items() if _is_of_world(key, value)]
    return [content[key] for key in keys or content]


def _is_of_world(key: Any, value: Any) -> bool:
    if not isinstance(key, str) or not isinstance(value, Mapping):
        return False
    words = key.lower()
    return any(word in words for word in _WORLD_WORDS) and _CAMERA_WORD not in words


def as_array(value: Any) -> Array | None:
    """`value` as float64; None where these are no numbers, or lists of different lengths."""
    try:
        array = np.asarray(value)
    except ValueError:
        return None
    return array.astype(np.float64) if array.dtype.kind in "fiu" else None


def _npy(data: bytes) -> Any:
    stream = io.BytesIO(data)
    old = np.lib.format.read_magic(stream) == (1, 0)
    read = np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0
    if read(stream)[2].hasobject:
        return load_arrays(stream.read())
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)


def _way_out(data: bytes, error: str) -> str:
    tool = "joblib.load" if data.startswith(_PACKED) or _JOBLIB in error else "pickle.load"
    tool = "torch.load" if is_torch(data) or error.startswith("torch.") else tool
    return f"open it with {tool} and save its poses and trans with numpy.savez."
