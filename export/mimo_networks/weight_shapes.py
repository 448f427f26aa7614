"""Shapes of the tensors in a weight file, read from its head without torch.

Importing torch takes seconds; what the shapes alone forbid is said before it.
"""

import json
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

_LENGTH_BYTES = 8  # of the length of a safetensors file's head
_HEAD_BYTES = 100 << 20  # more than any has
_POSITIONS = "pos_encoder.pe"  # [1, frames, width]
Shapes = dict[str, tuple[int, ...]]


def table_frames(paths: Iterable[Path]) -> int | None:
    """Frames for which motion modules have positions; None where no file tells.

    Of a tensor in several files the last one counts.
    """
    shapes: Shapes = {}
    for path in paths:
        shapes |= tensor_shapes(path)
    tables = [s[1] for n, s in shapes.items() if n.endswith(_POSITIONS) and len(s) > 1]
    return tables[0] if tables else None


def tensor_shapes(path: Path) -> Shapes:
    """Shapes by name; none where the file is damaged, which who reads its weights will say."""
    try:
        return _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    except Exception:  # a damaged head fails in any of a dozen ways
        return {}


def _safetensors(path: Path) -> Shapes:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        values = json.loads(file.read(min(length, _HEAD_BYTES)))
    return {n: tuple(v["shape"]) for n, v in values.items() if n != "__metadata__"}


def _pickled(path: Path) -> Shapes:
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        with archive.open(name) as file:
            state = _ShapeUnpickler(file).load()
    state = state.get("state_dict", state)
    return {n: shape for n, shape in state.items() if isinstance(shape, tuple)}


def _tensor(_storage: None, _offset: int, size: tuple[int, ...], *_rest: Any) -> tuple[int, ...]:
    return tuple(size)


def _parameter(data: tuple[int, ...], *_rest: Any) -> tuple[int, ...]:
    return data


_KNOWN: Final[dict[tuple[str, str], Callable[..., Any]]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
}


class _ShapeUnpickler(pickle.Unpickler):
    """Knows the few names that a dictionary of tensors is made of, and nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        """Our own word for one of torch's."""
        if module == "torch" and name.endswith("Storage"):
            return None
        if (module, name) not in _KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a tensor")
        return _KNOWN[module, name]

    def persistent_load(self, _key: Any) -> None:
        """The bytes of a tensor, which nobody asks for."""
