"""Tensors in a GPU's memory."""

import math
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.bundle import TensorSpec
from mimo_runtime.engines.cuda.gpu import Gpu
from mimo_runtime.errors import BundleError

Array = NDArray[Any]
BFLOAT16 = "bfloat16"
_CUDA = 2  # kDLCUDA of DLPack
_ALIGN_BYTES = 256


class Memory:
    """A block of a GPU's memory, given back when nothing refers to it any more."""

    def __init__(self, gpu: Gpu, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.address = gpu.allocate(size_bytes)
        weakref.finalize(self, gpu.free, self.address)


class DeviceTensor:
    """A tensor of fixed shape at a fixed address; `memory` is what keeps it alive.

    `dtype` is that of its values on the host: bfloat16, which numpy does not have, reads as
    float32.
    """

    def __init__(self, gpu: Gpu, spec: TensorSpec, memory: Any, offset_bytes: int = 0) -> None:
        self.spec = spec
        self.address: int = memory.address + offset_bytes
        self._gpu = gpu
        self._memory = memory

    @property
    def shape(self) -> tuple[int, ...]:
        """Fixed shape."""
        return self.spec.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Dtype of the values on the host."""
        return np.dtype("float32" if self.spec.dtype == BFLOAT16 else self.spec.dtype)

    def row(self, index: int) -> "DeviceTensor":
        """One row of it, as a tensor that shares its memory."""
        return self.rows(index, index + 1)

    def rows(self, first: int, last: int) -> "DeviceTensor":
        """The rows `first` to `last - 1`, as a tensor that shares its memory."""
        spec = replace(self.spec, shape=(last - first, *self.shape[1:]))
        row_bytes = self.spec.size_bytes // self.shape[0]
        offset_bytes = self.address - self._memory.address + first * row_bytes
        return DeviceTensor(self._gpu, spec, self._memory, offset_bytes)

    def __setitem__(self, rows: EllipsisType | slice, source: Any) -> None:
        first, count = (0, self.shape[0]) if rows is Ellipsis else _span(rows, self.shape[0])
        row_bytes = self.spec.size_bytes // self.shape[0]
        address, size_bytes = self.address + first * row_bytes, count * row_bytes
        if _is_on_a_gpu(source):
            source = borrow(self._gpu, source)
        if tuple(source.shape) != (count, *self.shape[1:]):
            raise BundleError(
                f"{count} rows of {self.spec} cannot be written from {list(source.shape)}; the "
                "bundle's parts do not fit together, export it again."
            )
        if isinstance(source, DeviceTensor) and source.spec.dtype == self.spec.dtype:
            self._gpu.copy(address, source.address, size_bytes)
        else:
            self._gpu.upload(address, stored(np.asarray(source), self.spec.dtype))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        kept = np.dtype("uint16") if self.spec.dtype == BFLOAT16 else self.dtype
        values: Array = np.empty(self.shape, kept)
        self._gpu.download(self.address, values)
        return values if kept == self.dtype else read(values)


@dataclass(frozen=True, slots=True)
class Borrowed:
    """Memory of another library, which `owner` keeps alive."""

    address: int
    owner: Any


def borrow(gpu: Gpu, source: Any, name: str = "borrowed") -> DeviceTensor:
    """A tensor of another library on the same GPU, taken by DLPack without a copy.

    DALI's batches, torch and cupy have such; `gpu` runs on when what was asked of it is done.

    Raises:
        BundleError: its rows do not lie one after the other.
    """
    from cuda.core.utils import StridedMemoryView

    view = StridedMemoryView.from_dlpack(source, stream_ptr=gpu.stream)
    spec = TensorSpec(name, tuple(view.shape), str(view.dtype))
    steps = [math.prod(spec.shape[axis + 1 :]) for axis in range(len(spec.shape))]
    if view.strides is not None and list(view.strides) != steps:
        raise BundleError(f"{spec} has gaps in memory; make it contiguous first.")
    return DeviceTensor(gpu, spec, Borrowed(view.ptr, view))


def _is_on_a_gpu(source: Any) -> bool:
    device = getattr(source, "__dlpack_device__", None)
    return device is not None and device()[0] == _CUDA


def allocate(gpu: Gpu, specs: Sequence[TensorSpec]) -> Mapping[str, DeviceTensor]:
    """Zeroed tensors for all `specs`, in one block of memory."""
    offsets, total_bytes = layout([spec.size_bytes for spec in specs])
    memory = Memory(gpu, total_bytes)
    pairs = zip(specs, offsets, strict=True)
    return {spec.name: DeviceTensor(gpu, spec, memory, offset) for spec, offset in pairs}


def layout(sizes_bytes: Sequence[int]) -> tuple[list[int], int]:
    """Offsets of tensors laid out one after the other, each aligned, and the bytes of all."""
    offsets, end = [], 0
    for size_bytes in sizes_bytes:
        offsets.append(end)
        end += -(-size_bytes // _ALIGN_BYTES) * _ALIGN_BYTES
    return offsets, end


def stored(values: Array, dtype: str) -> Array:
    """Values as a contiguous array of the bytes that a tensor of `dtype` holds."""
    if dtype != BFLOAT16:
        return np.ascontiguousarray(values, dtype)
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    even = (bits >> 16) & 1  # round to nearest, ties to even
    rounded = (bits + 0x7FFF + even) >> 16
    return np.where(np.isnan(values), 0x7FC0, rounded).astype(np.uint16)


def read(bits: NDArray[np.uint16]) -> NDArray[np.float32]:
    """The float32 values of bfloat16 bits."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def _span(rows: EllipsisType | slice, length: int) -> tuple[int, int]:
    assert isinstance(rows, slice)
    first, end, _ = rows.indices(length)
    return first, end - first
