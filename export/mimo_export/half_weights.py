"""Float32 weights written as float16 where that changes no number, and read back as float32."""

import numpy as np
import onnx_ir as ir

from mimo_export.plan_builder.graph_edits import cast

_HALF = ir.DataType.FLOAT16
_SUFFIX = ".half"


def halved(tensor: ir.TensorProtocol) -> ir.TensorProtocol | None:
    """The tensor as float16; None where it is not float32 or a number would change."""
    if tensor.dtype != ir.DataType.FLOAT:
        return None
    wide = tensor.numpy()
    with np.errstate(over="ignore"):
        narrow = wide.astype(np.float16)
    same = np.array_equal(narrow.astype(np.float32), wide)
    return ir.Tensor(narrow, dtype=_HALF, name=f"{tensor.name}{_SUFFIX}") if same else None


def read_as_half(graph: ir.Graph, value: ir.Value, half: ir.TensorProtocol) -> None:
    """Replace the initializer `value` of a graph by `half` and a cast to float32 in front."""
    name = value.name or ""
    narrow = ir.Value(
        name=half.name, type=ir.TensorType(_HALF), shape=value.shape, const_value=half
    )
    del graph.initializers[name]
    graph.register_initializer(narrow)
    node = cast(narrow, ir.DataType.FLOAT, f"{name}.wide")
    value.replace_all_uses_with(node.outputs[0])
    graph.insert_before(graph[0], node)
    node.outputs[0].name = name


def read_as_wide(graph: ir.Graph) -> None:
    """Undo `read_as_half`: float32 weights in the graph, each made when it is asked for."""
    for node in list(graph):
        narrow = node.inputs[0] if node.op_type == "Cast" else None
        name = (narrow.name if narrow else None) or ""
        if narrow is None or narrow.const_value is None or not name.endswith(_SUFFIX):
            continue
        wide = node.outputs[0]
        tensor = _widened(narrow.const_value, wide.name or "")
        graph.remove(node)
        value = ir.Value(
            name=wide.name, type=ir.TensorType(ir.DataType.FLOAT), shape=narrow.shape,
            const_value=tensor,
        )  # fmt: skip
        wide.replace_all_uses_with(value)
        del graph.initializers[name]
        graph.register_initializer(value)


def _widened(half: ir.TensorProtocol, name: str) -> ir.TensorProtocol:
    def convert() -> ir.TensorProtocol:
        return ir.Tensor(half.numpy().astype(np.float32), dtype=ir.DataType.FLOAT, name=name)

    shape = ir.Shape(half.shape.numpy())
    return ir.LazyTensor(convert, dtype=ir.DataType.FLOAT, shape=shape, name=name)
