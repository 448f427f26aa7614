"""How much memory a graph's intermediate values take at once."""

import math
from collections import Counter

import onnx_ir as ir

_VIEWS = ("Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity")
_IN_PLACE = (
    "Add", "Clip", "Div", "Erf", "Exp", "Gelu", "Mul", "Neg", "Pow", "Sigmoid", "Sqrt", "Sub",
    "Tanh", "Where",
)  # fmt: skip


def working_bytes(graph: ir.Graph) -> int:
    """The most bytes that results of nodes hold together, in the order of the graph.

    A result lives until its last reader has run. Reshapes take no memory; elementwise operators
    write over an operand of their size that nobody reads later. Inputs, weights and the graph's
    outputs, which are bound to buffers of their own, are not counted.
    """
    uses = Counter(value for node in graph for value in node.inputs if value is not None)
    outside = {*graph.inputs, *graph.outputs}
    owner: dict[ir.Value | None, ir.Value] = {}
    readers: Counter[ir.Value] = Counter()
    sizes: dict[ir.Value, int] = {}
    live = most = 0
    for node in graph:
        dying = _dying(node, owner, readers)
        for value in node.outputs:
            heir = _heir(node, value, dying, sizes, owner)
            if heir is not None:
                owner[value] = heir
            elif value not in outside and value.const_value is None:
                sizes[value] = size_bytes(value)
                live += sizes[value]
                owner[value] = value
            if value in owner:
                readers[owner[value]] += uses[value]
        most = max(most, live)
        for read in node.inputs:
            root = owner.get(read)
            if root is not None:
                readers[root] -= 1
                if readers[root] == 0:
                    live -= sizes.pop(root, 0)
    return most


def size_bytes(value: ir.Value) -> int:
    """Bytes of a value of fixed shape; 0 where the graph does not tell its shape."""
    if value.shape is None or value.dtype is None:
        return 0
    return int(math.prod(value.shape.numpy()) * value.dtype.itemsize)


def _dying(
    node: ir.Node, owner: dict[ir.Value | None, ir.Value], readers: Counter[ir.Value]
) -> list[ir.Value]:
    """Memory that nobody reads behind this node."""
    read = Counter(owner[value] for value in node.inputs if value in owner)
    return [root for root, count in read.items() if readers[root] == count]


def _heir(
    node: ir.Node,
    value: ir.Value,
    dying: list[ir.Value],
    sizes: dict[ir.Value, int],
    owner: dict[ir.Value | None, ir.Value],
) -> ir.Value | None:
    """The memory that a result takes over, None where it needs its own."""
    if node.op_type in _VIEWS:
        return owner.get(node.inputs[0])
    if node.op_type in _IN_PLACE:
        return next((root for root in dying if sizes.get(root) == size_bytes(value)), None)
    return None
