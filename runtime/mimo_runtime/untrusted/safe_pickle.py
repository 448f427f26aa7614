"""Reading a pickle that holds arrays and nothing that could run.

Body models are spread as pickles, and a pickle may call anything. Here only the few names that
arrays are made of are known; every other name ends the reading.
"""

import io
import pickle
from typing import Any

import numpy as np
from numpy._core import multiarray

from mimo_runtime.untrusted.joblib_pickle import ArrayDescription, JoblibUnpickler, unpacked
from mimo_runtime.untrusted.torch_pickle import TORCH_NAMES, TorchUnpickler, is_torch, load_torch

_MULTIARRAY = ("numpy.core.multiarray", "numpy._core.multiarray")
_NUMERIC = ("numpy.core.numeric", "numpy._core.numeric")
_JOBLIB = b"NumpyArrayWrapper"
_SPARSE = ("scipy.sparse.csc", "scipy.sparse._csc")


class RefusedName(pickle.UnpicklingError):
    """The pickle asks for something that is no array; the message is its name."""


class SparseColumns:
    """What a pickled scipy csc_matrix holds; scipy itself is not needed."""

    data: Any
    indices: Any
    indptr: Any
    _shape: Any

    def dense(self) -> np.ndarray[Any, Any]:
        """The matrix with its zeros."""
        matrix = np.zeros(self._shape, self.data.dtype)
        columns = np.repeat(np.arange(self._shape[1]), np.diff(self.indptr))
        np.add.at(matrix, (self.indices, columns), self.data)
        return matrix


class Chumpy:
    """What a pickled chumpy.ch.Ch holds: the array `x`."""

    x: Any


def load_arrays(data: bytes) -> Any:
    """The content of a pickle: dicts, lists, numbers, text and arrays.

    Sparse matrices and chumpy arrays inside dicts come as plain arrays. What joblib and torch
    wrote is read as well, tensors as arrays.

    Raises:
        pickle.UnpicklingError: it is damaged, or names something else (RefusedName).
    """
    try:
        if is_torch(data):
            return _plain(_of_torch(data))
        plain = unpacked(data)
        if _JOBLIB in plain:
            return _plain(_JoblibArrayUnpickler(io.BytesIO(plain)).load())
        return _plain(_ArrayUnpickler(io.BytesIO(plain), encoding="latin1").load())
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # a damaged pickle fails in any of a dozen ways
        raise pickle.UnpicklingError(f"{type(error).__name__}: {error}") from None


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return _known(module, name)


class _JoblibArrayUnpickler(JoblibUnpickler):
    def find_class(self, module: str, name: str) -> Any:
        return _known(module, name)


class _TorchArrayUnpickler(TorchUnpickler):
    def find_class(self, module: str, name: str) -> Any:
        return _known(module, name)


def _of_torch(data: bytes) -> Any:
    return load_torch(data, _TorchArrayUnpickler)


def _known(module: str, name: str) -> Any:
    known: dict[tuple[str, str], Any] = {
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
        ("_codecs", "encode"): _encode,
        ("copy_reg", "_reconstructor"): _new_holder,
        ("copyreg", "_reconstructor"): _new_holder,
        ("__builtin__", "object"): object,
        ("builtins", "object"): object,
        ("chumpy.ch", "Ch"): Chumpy,
        ("joblib.numpy_pickle", "NumpyArrayWrapper"): ArrayDescription,
        ("torch.storage", "_load_from_bytes"): _of_torch,
        **TORCH_NAMES,
        **{(library, "_reconstruct"): multiarray._reconstruct for library in _MULTIARRAY},
        **{(library, "scalar"): multiarray.scalar for library in _MULTIARRAY},
        **{(library, "_frombuffer"): _from_buffer for library in _NUMERIC},
        **{(library, "csc_matrix"): SparseColumns for library in _SPARSE},
    }
    if (module, name) not in known:
        raise RefusedName(f"{module}.{name}")
    return known[module, name]


def _encode(text: str, encoding: str) -> bytes:
    if encoding not in ("latin1", "latin-1"):
        raise RefusedName(f"_codecs.encode with '{encoding}'")
    return text.encode("latin1")


def _new_holder(kind: Any, *_: Any) -> Any:
    if kind not in (Chumpy, SparseColumns):
        raise RefusedName(f"a new {kind}")
    return kind()


def _from_buffer(data: Any, dtype: Any, shape: tuple[int, ...], order: Any) -> Any:
    return np.frombuffer(data, dtype=dtype).reshape(shape, order=order)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, SparseColumns):
        return value.dense()
    if isinstance(value, Chumpy):
        return np.asarray(value.x)
    return value
