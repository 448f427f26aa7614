"""The attentions of a component: mapped to our kernels where a plugin can carry them."""

import json
from collections.abc import Iterator
from typing import Any, Protocol

import onnx_ir as ir

from mimo_export.plan_builder.expansion import OPERATORS, expand
from mimo_export.plan_builder.graph_edits import cast, insert_behind
from mimo_kernels import attention
from mimo_kernels.temporal_attention import contract as temporal
from mimo_runtime.plans.manifest import AttentionNode

PLUGIN_ATTRIBUTES = ("plugin_namespace", "plugin_version", "aot")  # as the exporter writes them
STOCK = "Attention"
NO_PLUGINS = "TensorRT-RTX takes no plugins; it runs what the node means in its own operators"
STANDARD = "a standard operator, left to the engine"


class Plugins(Protocol):
    """What `mimo_kernels.plugins` says of a node."""

    def unsupported_reason(self, name: str, shapes: Any, attributes: Any, dtype: Any) -> str | None:
        """Why no kernel takes this node, or None."""


def attention_nodes(
    graph: ir.Graph, plugins: Plugins | None, dtype: str
) -> tuple[AttentionNode, ...]:
    """Every attention and what computes it; the graph is prepared for that in place.

    A node that no plugin takes is written out in standard operators; the frame mask of the others
    becomes int32, as plugins take no bool.
    """
    return tuple(_nodes(graph, plugins, dtype))


def _nodes(graph: ir.Graph, plugins: Plugins | None, dtype: str) -> Iterator[AttentionNode]:
    masks: dict[ir.Value, ir.Value] = {}
    for node in list(graph):
        name = node.name or ""
        if node.op_type == STOCK and not node.domain:
            yield AttentionNode(name, STOCK, "the engine's own", STANDARD)
        elif node.domain == attention.DOMAIN and node.op_type in OPERATORS:
            reason = NO_PLUGINS if plugins is None else _unsupported_reason(node, plugins, dtype)
            if reason is None:
                _widen_mask(graph, node, masks)
                kernel = f"mimo_kernels, {node.op_type} plugin"
                yield AttentionNode(name, f"mimo::{node.op_type}", kernel)
                continue
            expand(graph, node)
            yield AttentionNode(name, f"mimo::{node.op_type}", "the engine's own", reason)


def _unsupported_reason(node: ir.Node, plugins: Plugins, dtype: str) -> str | None:
    shapes = [value.shape.numpy() for value in node.inputs if value is not None and value.shape]
    attributes = {
        name: value.as_int()
        for name, value in node.attributes.items()
        if name not in PLUGIN_ATTRIBUTES
    }
    return plugins.unsupported_reason(node.op_type, shapes, attributes, dtype)


def _widen_mask(graph: ir.Graph, node: ir.Node, masks: dict[ir.Value, ir.Value]) -> None:
    if node.op_type != temporal.NAME:
        return
    mask = node.inputs[3]
    assert mask is not None
    if mask not in masks:
        wide = cast(mask, ir.DataType.INT32, f"{mask.name}.int32")
        masks[mask] = insert_behind(graph, mask, wide, node)
    node.replace_input_with(3, masks[mask])


def with_tactics(nodes: tuple[AttentionNode, ...], layers_json: str) -> tuple[AttentionNode, ...]:
    """Name the tactic of each node, as an engine's inspector tells it on a GPU.

    `layers_json` is that of `EngineInspector.get_engine_information` with detailed verbosity: a
    layer's `Metadata` holds `[ONNX Layer: NODE]` for each node that became part of it.
    """
    tactics: dict[str, str] = {}
    for layer in json.loads(layers_json).get("Layers", []):
        if isinstance(layer, dict) and layer.get("TacticName"):
            for part in str(layer.get("Metadata", "")).split("[ONNX Layer: ")[1:]:
                tactics[part.split("]")[0]] = layer["TacticName"]
    return tuple(
        AttentionNode(n.node, n.operator, f"{n.kernel}, {tactics[n.node]}", n.fallback)
        if n.node in tactics
        else n
        for n in nodes
    )
