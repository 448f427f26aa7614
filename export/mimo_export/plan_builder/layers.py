"""What a component is made of, by block, as its graph tells before an engine fuses it."""

import re
from collections import Counter

import onnx_ir as ir

from mimo_export.plan_builder.float32_nodes import MOVES
from mimo_export.plan_builder.graph_edits import is_constant
from mimo_runtime.plans.manifest import LayerGroup

_BLOCK = re.compile(r"((?:down|up|mid)_blocks?(?:\.\d+)?|encoder\.layers\.\d+)")
_OTHER = "rest"
_NO_WORK = (*MOVES, "Cast", "QuantizeLinear", "DequantizeLinear")


def layer_groups(graph: ir.Graph) -> tuple[LayerGroup, ...]:
    """Operators that compute, counted by block in the order of the graph.

    Nodes have no name of their block; they belong to that of the last weight that only one node
    reads.
    """
    groups: dict[str, Counter[str]] = {}
    block = _OTHER
    for node in graph:
        block = _block_of(node) or block
        if node.op_type not in _NO_WORK:
            groups.setdefault(block, Counter())[node.op_type] += 1
    return tuple(LayerGroup(name, dict(kinds)) for name, kinds in groups.items())


def _block_of(node: ir.Node) -> str | None:
    for value in node.inputs:
        if value is not None and is_constant(value) and len(value.uses()) == 1:
            if found := _BLOCK.search(value.name or ""):
                return found[1]
            if value.name and "." in value.name and not value.name.startswith("val_"):
                return _OTHER
    return None
