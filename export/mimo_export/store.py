"""Graphs written into a bundle folder, each distinct weight once."""

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Self

import onnx
import onnx_ir as ir

from mimo_runtime.bundle_networks import WEIGHTS

_ALIGN_BYTES = 64
_INLINE_BYTES = 256
Place = tuple[int, int]


class WeightStore:
    """`weights.bin`: weights of all components, shared where two hold the same numbers.

    Both denoisers of a bundle are the same network, so their gigabytes are written once. A
    context manager; what was kept is on the disk when it ends.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._places: dict[str, Place] = {}
        self._size_bytes = 0
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

    def save(self, model: ir.Model, name: str) -> int:
        """Move the weights of `model` to the store, write `name` beside it and check it.

        Returns the bytes of all its weights, stored here or shared with a model before.

        Raises:
            onnx.checker.ValidationError: the graph is not valid ONNX.
        """
        weights_bytes = 0
        for value in model.graph.initializers.values():
            tensor = value.const_value
            assert tensor is not None  # an initializer without a value is no model
            weights_bytes += tensor.nbytes
            if tensor.nbytes > _INLINE_BYTES:
                value.const_value = self._stored(tensor)
        self._file.flush()  # the check reads it
        path = self.folder / name
        ir.save(model, path)
        onnx.checker.check_model(str(path), full_check=True)
        return weights_bytes

    def find(self, data: bytes | memoryview) -> Place | None:
        """Offset and length of these bytes, if they are stored."""
        return self._places.get(hashlib.sha256(data).hexdigest())

    def keep(self, data: bytes | memoryview) -> Place:
        """Offset and length of these bytes, written unless they are stored already."""
        key = hashlib.sha256(data).hexdigest()
        if key not in self._places:
            padding = -self._size_bytes % _ALIGN_BYTES
            self._file.write(bytes(padding))
            self._file.write(data)
            self._places[key] = (self._size_bytes + padding, len(data))
            self._size_bytes += padding + len(data)
        return self._places[key]

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
