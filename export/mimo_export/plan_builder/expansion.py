"""What the nodes of domain `mimo` mean, written out for their fixed shapes.

The file of a bundle has the same as functions, which work shapes out while they run; TensorRT-RTX
builds those of some sizes wrongly, and every reshape by constants is one thing less to fuse around.
"""

from collections.abc import Sequence

import numpy as np
import onnx_ir as ir

from mimo_export.plan_builder.graph_edits import add_constant
from mimo_kernels.reference_attention import contract as reference
from mimo_kernels.temporal_attention import contract as temporal

OPERATORS = (reference.NAME, temporal.NAME)
_FAR_BELOW = -30000.0  # within float16; its exponential is 0 beside any score
_SWAP = (0, 2, 1, 3)


def expand(graph: ir.Graph, node: ir.Node) -> None:
    """Replace a node of one of `OPERATORS` by standard ones; the attention keeps its name."""
    body = _Body(graph, node)
    write = _reference if node.op_type == reference.NAME else _temporal
    ir.convenience.replace_all_uses_with(node.outputs[0], write(body))
    graph.remove(node, safe=True)


class _Body:
    """Adds nodes in front of the one that they replace; every value has its type and shape."""

    def __init__(self, graph: ir.Graph, node: ir.Node) -> None:
        self.inputs = [value for value in node.inputs if value is not None]
        self.name = node.name or ""
        self._graph = graph
        self._node = node
        self._count = 0

    def attribute(self, name: str) -> int:
        """An attribute of the node."""
        return self._node.attributes[name].as_int()

    def add(
        self,
        op_type: str,
        inputs: Sequence[ir.Value],
        shapes: Sequence[Sequence[int]],
        name: str | None = None,
        **attributes: int | Sequence[int],
    ) -> list[ir.Value]:
        """A node whose outputs have `shapes` and the type of its first input."""
        self._count += 1
        label = name or f"{self.name}_{op_type}_{self._count}"
        outputs = [
            ir.Value(name=f"{label}_{index}", type=inputs[0].type, shape=ir.Shape(shape))
            for index, shape in enumerate(shapes)
        ]
        self._graph.insert_before(
            self._node, ir.node(op_type, inputs, attributes, outputs=outputs, name=label)
        )
        return outputs

    def numbers(self, *values: int) -> ir.Value:
        """A constant of int64."""
        self._count += 1
        array = np.array(values, np.int64)
        return add_constant(self._graph, ir.Tensor(array, name=f"{self.name}_{self._count}"))

    def reshape(self, value: ir.Value, *shape: int) -> ir.Value:
        """The same elements in another shape."""
        return self.add("Reshape", [value, self.numbers(*shape)], [shape])[0]

    def swap(self, value: ir.Value) -> ir.Value:
        """[a, b, c, d] to [a, c, b, d]."""
        a, b, c, d = shape_of(value)
        return self.add("Transpose", [value], [(a, c, b, d)], perm=_SWAP)[0]

    def expand(self, value: ir.Value, *shape: int) -> ir.Value:
        """The value repeated to a larger shape."""
        return self.add("Expand", [value, self.numbers(*shape)], [shape])[0]

    def bias(self, mask: ir.Value, like: ir.Value, length: int) -> ir.Value:
        """What is added to scores [length, length]: 0 where the mask holds, else far below."""
        assert like.dtype is not None
        zero, low = (self._number(like.dtype, number) for number in (0.0, _FAR_BELOW))
        name = f"{self.name}_bias"
        value = ir.Value(name=name, type=like.type, shape=mask.shape)
        where = ir.node("Where", [mask, zero, low], outputs=[value], name=name)
        self._graph.insert_before(self._node, where)
        return self.expand(value, length, length)

    def _number(self, dtype: ir.DataType, number: float) -> ir.Value:
        self._count += 1
        array = np.array(number, dtype.numpy())
        tensor = ir.Tensor(array, dtype=dtype, name=f"{self.name}_{self._count}")
        return add_constant(self._graph, tensor)

    def attention(self, inputs: Sequence[ir.Value], suffix: str = "") -> ir.Value:
        """Attention of [rows, length, width] tensors, with a mask where there is a fourth."""
        heads = self.attribute("heads")
        (result,) = self.add(
            "Attention",
            inputs,
            [shape_of(inputs[0])],
            name=self.name + suffix,
            q_num_heads=heads,
            kv_num_heads=heads,
        )
        return result


def shape_of(value: ir.Value) -> tuple[int, ...]:
    """The fixed shape of a value."""
    assert value.shape is not None
    return tuple(value.shape.numpy())


def _temporal(body: _Body) -> ir.Value:
    *tokens, mask = body.inputs
    rows, length, width = shape_of(tokens[0])
    frames = body.attribute("frames")
    branches = rows // frames

    def by_pixel(value: ir.Value) -> ir.Value:
        swapped = body.swap(body.reshape(value, branches, frames, length, width))
        return body.reshape(swapped, branches * length, frames, width)

    mixed = body.attention([*map(by_pixel, tokens), body.bias(mask, tokens[0], frames)])
    by_frame = body.swap(body.reshape(mixed, branches, length, frames, width))
    return body.reshape(by_frame, rows, length, width)


def _reference(body: _Body) -> ir.Value:
    query, key, value, *extra = body.inputs
    rows, length, width = shape_of(query)
    plain = body.attribute("unconditional_rows")
    told = rows - plain
    if not told:
        return body.attention([query, key, value])

    def with_reference(own: ir.Value, reference_tokens: ir.Value) -> ir.Value:
        more = shape_of(reference_tokens)[0]
        repeated = body.expand(reference_tokens, told, more, width)
        return body.add("Concat", [own, repeated], [(told, length + more, width)], axis=1)[0]

    if not plain:
        return body.attention([query, *map(with_reference, (key, value), extra)])
    shapes = [(plain, length, width), (told, length, width)]
    split = body.numbers(plain, told)
    branches = [body.add("Split", [each, split], shapes, axis=0) for each in (query, key, value)]
    alone = body.attention([half[0] for half in branches], suffix="_plain")
    own_query, *own = (half[1] for half in branches)
    seeing = body.attention([own_query, *map(with_reference, own, extra)])
    return body.add("Concat", [alone, seeing], [(rows, length, width)], axis=0)[0]
