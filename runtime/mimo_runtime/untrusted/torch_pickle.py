"""Tensors as torch writes them, without torch: files of `torch.save`, and tensors in other pickles.

A tensor is pickled as a view of a storage, a row of numbers that lies elsewhere: in a zip archive
beside the pickle, in older files behind it.
"""

import io
import pickle
import zipfile
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_ZIP = b"PK\x03\x04"
_OLD = (
    b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."  # the pickled number that older files begin with
)
_OLD_HEADS = 3  # that number, the version, the system
_PICKLE = "data.pkl"
_STORAGES: Final = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8",
    "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1",
    "BoolStorage": "?",
}  # fmt: skip

Row = NDArray[Any]


class TorchUnpickler(pickle.Unpickler):
    """A pickle whose tensors are views of what `row_of`, given a type and a key and a count, has.

    `find_class` of a subclass says what is known; of torch that is `TORCH_NAMES`.
    """

    def __init__(self, data: io.BytesIO, row_of: Callable[[str, str, int], Row]) -> None:
        super().__init__(data)
        self._row_of = row_of

    def persistent_load(self, pid: Any) -> Row:
        """The row that a pickle means by ("storage", type, key, device, count)."""
        kind, dtype, key, _, count, *_ = pid
        if kind != "storage" or not isinstance(dtype, str) or count < 0:
            raise pickle.UnpicklingError(f"it refers to '{kind}'")
        return self._row_of(dtype, str(key), int(count))


def is_torch(data: bytes) -> bool:
    """Whether a file that begins with `data` is one of `torch.save`."""
    return data.startswith((_ZIP, _OLD))


def load_torch(data: bytes, unpickler: type[TorchUnpickler]) -> Any:
    """The content of a file of `torch.save`, tensors as arrays.

    Raises:
        pickle.UnpicklingError: it is damaged, or names what `unpickler` does not know.
    """
    return (_of_zip if data.startswith(_ZIP) else _of_old)(data, unpickler)


def _of_zip(data: bytes, unpickler: type[TorchUnpickler]) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.endswith(f"/{_PICKLE}")]
        if len(names) != 1:
            raise pickle.UnpicklingError("an archive that torch.save did not write")
        folder = names[0].removesuffix(_PICKLE)

        def row_of(dtype: str, key: str, count: int) -> Row:
            return np.frombuffer(archive.read(f"{folder}data/{key}"), dtype, count)

        return unpickler(io.BytesIO(archive.read(names[0])), row_of).load()


def _of_old(data: bytes, unpickler: type[TorchUnpickler]) -> Any:
    """Rows lie behind the pickle in an order that stands there too: they are filled in later."""
    stream = io.BytesIO(data)
    rows: dict[str, Row] = {}

    def row_of(dtype: str, key: str, count: int) -> Row:
        if count * np.dtype(dtype).itemsize > len(data):
            raise pickle.UnpicklingError("it is cut off")
        return rows.setdefault(key, np.empty(count, dtype))

    for _ in range(_OLD_HEADS):
        unpickler(stream, row_of).load()
    content = unpickler(stream, row_of).load()
    for key in unpickler(stream, row_of).load():
        row = rows[str(key)]
        stream.read(8)  # its count once more
        row[:] = np.frombuffer(stream.read(row.nbytes), row.dtype)
    return content


def _tensor(
    row: Row, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any
) -> Row:
    """A view of `row`, which must hold all of it."""
    last = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
    if min((offset, *shape, *strides)) < 0 or (0 not in shape and last >= row.size):
        raise pickle.UnpicklingError("a tensor reaches beyond its numbers")
    steps = [step * row.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(row[offset:], shape, steps, writeable=False)


def _parameter(tensor: Row, *_: Any) -> Row:
    return tensor


TORCH_NAMES: Final[dict[tuple[str, str], Any]] = {
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch", "Size"): tuple,
    ("collections", "OrderedDict"): dict,
    **{("torch", name): dtype for name, dtype in _STORAGES.items()},
}
