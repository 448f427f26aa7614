"""A component's graph read back from a bundle, its weights as views of the mapped file."""

from pathlib import Path

import numpy as np
import onnx_ir as ir

from mimo_export.half_weights import read_as_wide


def load_graph(path: Path) -> ir.Model:
    """The graph of an ONNX file with float32 weights, none of which is read before it is used.

    The bytes are mapped here and not by the library, which takes a weight file with several hard
    links for an attack; stores and backups are full of such files.
    """
    model = ir.load(path)
    mapped: dict[str, np.memmap[tuple[int], np.dtype[np.uint8]]] = {}
    for value in model.graph.initializers.values():
        tensor = value.const_value
        if isinstance(tensor, ir.ExternalTensor):
            file = str(tensor.location)
            if file not in mapped:
                mapped[file] = np.memmap(path.parent / file, np.uint8, "r")
            value.const_value = _view(tensor, mapped[file])
    read_as_wide(model.graph)
    return model


def _view(
    tensor: ir.ExternalTensor, data: np.memmap[tuple[int], np.dtype[np.uint8]]
) -> ir.TensorProtocol:
    first = int(tensor.offset or 0)
    flat = data[first : first + int(tensor.length or tensor.nbytes)]
    array = flat.view(tensor.dtype.numpy()).reshape(tensor.shape.numpy())
    return ir.Tensor(array, dtype=tensor.dtype, name=tensor.name)
