"""Pickles as joblib writes them: each array lies as bytes behind its description, all of it packed
perhaps. Estimators of bodies write their results so.
"""

import io
import math
import pickle
import zlib
from typing import Any, ClassVar

import numpy as np

MAX_UNPACKED_BYTES = 2 * 1024**3
_PACKED = (b"\x78", b"\x1f\x8b")  # zlib, gzip
_EITHER = 47  # of zlib: the header says which of the two it is


class ArrayDescription:
    """What a pickled `joblib.numpy_pickle.NumpyArrayWrapper` holds."""

    shape: tuple[int, ...]
    order: str
    dtype: Any
    numpy_array_alignment_bytes: int | None = None


def unpacked(data: bytes) -> bytes:
    """`data` as it is, or without the packing of zlib or gzip.

    Raises:
        pickle.UnpicklingError: it is damaged, or more than `MAX_UNPACKED_BYTES`.
    """
    if not data.startswith(_PACKED):
        return data
    unpacking = zlib.decompressobj(_EITHER)
    try:
        plain = unpacking.decompress(data, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise pickle.UnpicklingError(f"its packing is damaged: {error}") from None
    if not unpacking.eof:
        raise pickle.UnpicklingError("its packing is cut off, or holds too much")
    return plain


class JoblibUnpickler(pickle._Unpickler):
    """Reads the array behind each description; `find_class` of a subclass says what is known.

    Of Python's own two unpicklers this is the one that reads no byte more than it needs.
    """

    dispatch: ClassVar[dict[int, Any]] = {**pickle._Unpickler.dispatch}
    stack: list[Any]

    def __init__(self, data: io.BytesIO) -> None:
        super().__init__(data, encoding="latin1")
        self._data = data

    def load_build(self) -> None:
        """The opcode behind which an array may lie."""
        super().load_build()  # type: ignore[misc]  # typeshed lacks it
        if isinstance(self.stack[-1], ArrayDescription):
            self.stack[-1] = self._array(self.stack[-1])

    dispatch[pickle.BUILD[0]] = load_build

    def _array(self, description: ArrayDescription) -> Any:
        dtype = np.dtype(description.dtype)
        if dtype.hasobject:  # a pickle of its own
            return type(self)(self._data).load()
        if description.numpy_array_alignment_bytes is not None:
            self._data.read(self._data.read(1)[0])
        size_bytes = math.prod(description.shape) * dtype.itemsize
        if size_bytes > self._data.getbuffer().nbytes - self._data.tell():
            raise pickle.UnpicklingError("it is cut off")
        flat = np.frombuffer(self._data.read(size_bytes), dtype)
        return flat.reshape(description.shape, order="F" if description.order == "F" else "C")
