"""Graphs written into a bundle folder, each distinct weight once."""

import hashlib
from pathlib import Path
from typing import BinaryIO

import onnx
import onnx_ir as ir

WEIGHTS = "weights.bin"
_ALIGN_BYTES = 64
_INLINE_BYTES = 256


class WeightStore:
    """`weights.bin`: weights of all components, shared where two hold the same numbers.

    Both denoisers of a bundle are the same network, so their gigabytes are written once.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._places: dict[str, tuple[int, int]] = {}
        self._size_bytes = 0
        (folder / WEIGHTS).touch()

    def save(self, model: ir.Model, name: str) -> int:
        """Move the weights of `model` to the store, write `name` beside it and check it.

        Returns the bytes of all its weights, stored here or shared with a model before.

        Raises:
            onnx.checker.ValidationError: the graph is not valid ONNX.
        """
        weights_bytes = 0
        with (self.folder / WEIGHTS).open("ab") as file:
            for value in model.graph.initializers.values():
                tensor = value.const_value
                assert tensor is not None  # an initializer without a value is no model
                weights_bytes += tensor.nbytes
                if tensor.nbytes > _INLINE_BYTES:
                    value.const_value = self._stored(file, tensor)
        path = self.folder / name
        ir.save(model, path)
        onnx.checker.check_model(str(path), full_check=True)
        return weights_bytes

    def _stored(self, file: BinaryIO, tensor: ir.TensorProtocol) -> ir.ExternalTensor:
        data = tensor.tobytes()
        key = hashlib.sha256(data).hexdigest()
        if key not in self._places:
            padding = -self._size_bytes % _ALIGN_BYTES
            file.write(bytes(padding) + data)
            self._places[key] = (self._size_bytes + padding, len(data))
            self._size_bytes += padding + len(data)
        offset, length = self._places[key]
        return ir.ExternalTensor(
            location=WEIGHTS,
            offset=offset,
            length=length,
            dtype=tensor.dtype,
            shape=ir.Shape(tensor.shape.numpy()),
            name=tensor.name or "",
            base_dir=self.folder,
        )
