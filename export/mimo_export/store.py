"""Graphs written into a bundle folder, each distinct weight once."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import onnx
import onnx_ir as ir

from mimo_export.half_weights import halved, read_as_half
from mimo_runtime.bundle import StoredFile
from mimo_runtime.bundle.networks import WEIGHTS
from mimo_runtime.speech import say_nothing

_ALIGN_BYTES = 64
_INLINE_BYTES = 256
ByteRange = tuple[int, int]


class WeightStore:
    """`weights.bin`: weights of all components, shared where two hold the same numbers.

    Both denoisers of a bundle are the same network, so their gigabytes are written once. With
    `half`, float32 numbers that float16 holds exactly are stored as float16, and the graphs cast
    them back: they compute the same. A context manager; what was kept is on the disk when it ends.
    """

    def __init__(self, folder: Path, half: bool = False) -> None:
        self.folder = folder
        self.half = half
        self._ranges: dict[str, ByteRange] = {}
        self._size_bytes = 0
        self._digest = hashlib.sha256()
        self._file = (folder / WEIGHTS).open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def save(
        self, model: ir.Model, name: str, on_bytes: Callable[[int], None] = say_nothing
    ) -> int:
        """Move the weights of `model` to the store, write `name` beside it and check it.

        Returns the bytes of all its weights, stored here or shared with a model before; `on_bytes`
        is told how many of them are done.

        Raises:
            onnx.checker.ValidationError: the graph is not valid ONNX.
        """
        weights_bytes = 0
        for value in list(model.graph.initializers.values()):
            tensor = value.const_value
            assert tensor is not None  # an initializer without a value is no model
            weights_bytes += tensor.nbytes
            if tensor.nbytes > _INLINE_BYTES:
                self._store(model.graph, value, tensor)
                on_bytes(weights_bytes)
        self._file.flush()  # the check reads it
        path = self.folder / name
        ir.save(model, path)
        onnx.checker.check_model(str(path), full_check=True)
        return weights_bytes

    def find(self, data: bytes | memoryview) -> ByteRange | None:
        """Offset and length of these bytes, if they are stored."""
        return self._ranges.get(hashlib.sha256(data).hexdigest())

    def keep(self, data: bytes | memoryview) -> ByteRange:
        """Offset and length of these bytes, written unless they are stored already."""
        key = hashlib.sha256(data).hexdigest()
        if key not in self._ranges:
            padding = -self._size_bytes % _ALIGN_BYTES
            self._append(bytes(padding))
            self._ranges[key] = (self._size_bytes, len(data))
            self._append(data)
        return self._ranges[key]

    def stored_file(self) -> StoredFile:
        """Size and SHA-256 of what is written so far, which is not read again for it."""
        return StoredFile(self._size_bytes, self._digest.hexdigest())

    def _append(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._size_bytes += len(data)

    def _store(self, graph: ir.Graph, value: ir.Value, tensor: ir.TensorProtocol) -> None:
        half = halved(tensor) if self.half else None
        if half is None:
            value.const_value = self._stored(tensor)
        else:
            read_as_half(graph, value, self._stored(half))

    def _stored(self, tensor: ir.TensorProtocol) -> ir.ExternalTensor:
        offset, length = self.keep(tensor.tobytes())
        return ir.ExternalTensor(
            location=WEIGHTS,
            offset=offset,
            length=length,
            dtype=tensor.dtype,
            shape=ir.Shape(tensor.shape.numpy()),
            name=tensor.name or "",
            base_dir=self.folder,
        )
