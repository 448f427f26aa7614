"""Which nodes of a component stay in float32 when the rest becomes float16 or bfloat16."""

from collections.abc import Collection, Iterable

import onnx_ir as ir

from mimo_export.plan_builder.graph_edits import is_constant
from mimo_kernels import attention
from mimo_runtime.errors import UnsupportedError

BF16 = "bf16"
FLOAT32_COMPONENTS = ("time_embedding",)  # sines of angles up to 1000, computed once a request
NORMS = ("GroupNormalization", "LayerNormalization", "InstanceNormalization")
MOVES = ("Concat", "Expand", "Gather", "GatherND", "Reshape", "Slice", "Split", "Squeeze", "Tile",
         "Transpose", "Unsqueeze")  # fmt: skip
_BY_CONSTANT = ("Add", "Clip", "Div", "Mul", "Sub")


def float32_nodes(
    graph: ir.Graph, component: str, precision: str, overflowing: Collection[str] = ()
) -> frozenset[str]:
    """Names of the nodes that compute in float32.

    These are all nodes of `FLOAT32_COMPONENTS`; normalisations, whose sums of squares need it;
    under bf16 `Resize`, which TensorRT does not have in bfloat16; the last operator before an
    output, so that a result is rounded once; and every node that reads or writes one of the values
    `overflowing`.

    Raises:
        UnsupportedError: an attention of ours would have to be in float32.
    """
    if component in FLOAT32_COMPONENTS:
        return frozenset(_name(node) for node in graph)
    kept = {_name(node) for node in graph if node.op_type in NORMS}
    if precision == BF16:
        kept |= {_name(node) for node in graph if node.op_type == "Resize"}
    for output in graph.outputs:
        kept |= set(_tail(output))
    for node in graph:
        if touched := _touched(node, overflowing):
            _refuse_attention(node, component, touched)
            kept.add(_name(node))
    return frozenset(kept)


def _tail(output: ir.Value) -> Iterable[str]:
    """The nodes from an output back to the first that computes with more than a constant."""
    node = output.producer()
    while node is not None:
        if node.op_type not in MOVES:
            yield _name(node)
        first = node.inputs[0]
        rest = [value for value in node.inputs[1:] if value is not None]
        by_constant = node.op_type in _BY_CONSTANT and all(map(is_constant, rest))
        if first is None or not (by_constant or node.op_type in MOVES):
            return
        node = first.producer()


def _touched(node: ir.Node, values: Collection[str]) -> str:
    names = [value.name or "" for value in (*node.inputs, *node.outputs) if value is not None]
    return next((name for name in names if name in values), "")


def _refuse_attention(node: ir.Node, component: str, value: str) -> None:
    if node.domain == attention.DOMAIN or node.op_type == "Attention":
        raise UnsupportedError(
            f"{component}: {node.op_type} {_name(node)} meets values beyond float16 ({value}); "
            "build it in bf16."
        )


def _name(node: ir.Node) -> str:
    assert node.name  # the exporter names every node
    return node.name
