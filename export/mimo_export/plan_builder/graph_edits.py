"""Small edits of a graph that several passes make."""

from collections.abc import Mapping, Sequence

import onnx_ir as ir


def is_constant(value: ir.Value | None) -> bool:
    """Whether a value is a weight or another number written in the file."""
    return value is not None and value.const_value is not None


def add_constant(graph: ir.Graph, tensor: ir.TensorProtocol) -> ir.Value:
    """Write a tensor into the file under its own name."""
    value = ir.Value(
        name=tensor.name,
        type=ir.TensorType(tensor.dtype),
        shape=ir.Shape(tensor.shape.numpy()),
        const_value=tensor,
    )
    graph.register_initializer(value)
    return value


def operation(
    op_type: str,
    inputs: Sequence[ir.Value],
    name: str,
    dtype: ir.DataType,
    attributes: Mapping[str, int] | None = None,
) -> ir.Node:
    """A standard node whose one output `name` has the shape of its first input."""
    output = ir.Value(name=name, type=ir.TensorType(dtype), shape=inputs[0].shape)
    return ir.node(op_type, inputs, attributes, outputs=[output], name=f"{op_type}_{name}")


def cast(value: ir.Value, dtype: ir.DataType, name: str) -> ir.Node:
    """A `Cast` to `dtype` whose output is `name`."""
    return operation("Cast", [value], name, dtype, {"to": int(dtype)})


def insert_behind(graph: ir.Graph, value: ir.Value, node: ir.Node, reader: ir.Node) -> ir.Value:
    """Put a node right behind the producer of `value`, or of an input before its first reader."""
    producer = value.producer()
    if producer is None:
        graph.insert_before(reader, node)
    else:
        graph.insert_after(producer, node)
    return node.outputs[0]


def drop_unused(graph: ir.Graph) -> None:
    """Forget weights that nothing reads any more."""
    for name, value in list(graph.initializers.items()):
        if not value.uses():
            del graph.initializers[name]
