"""A float32 component as a graph typed in float16 or bfloat16, for strongly typed networks."""

from collections.abc import Collection
from typing import Any

import numpy as np
import onnx_ir as ir
from numpy.typing import NDArray

from mimo_export.plan_builder.boundary import HALF, boundary_spec
from mimo_export.plan_builder.float32_nodes import MOVES
from mimo_export.plan_builder.graph_edits import (
    add_constant,
    cast,
    drop_unused,
    insert_behind,
    is_constant,
)
from mimo_runtime.bundle import Component
from mimo_runtime.errors import UnsupportedError

LOW_TYPES = {"fp16": ir.DataType.FLOAT16, "bf16": ir.DataType.BFLOAT16, "fp8": ir.DataType.FLOAT16}
_FLOAT = ir.DataType.FLOAT
_SMALL = 1024  # elements


def narrow(model: ir.Model, component: Component, low: ir.DataType, kept: Collection[str]) -> None:
    """Retype `model` in place: nodes not in `kept` compute in `low`, with casts where types meet.

    Inputs and outputs become what `boundary` says. Nodes that only move values take the type of
    what they move. Weights are converted when they are written, one at a time.
    """
    _Narrowing(model.graph, low, kept).run(component)


class _Narrowing:
    """One pass over a graph in order; `_types` holds the type that each float value has now."""

    def __init__(self, graph: ir.Graph, low: ir.DataType, kept: Collection[str]) -> None:
        self._graph = graph
        self._low = low
        self._kept = kept
        self._floats = {
            value
            for node in graph
            for value in (*node.inputs, *node.outputs)
            if value is not None and value.dtype == _FLOAT
        } | {value for value in (*graph.inputs, *graph.outputs) if value.dtype == _FLOAT}
        self._cast: dict[tuple[ir.Value, ir.DataType], ir.Value] = {}

    def run(self, component: Component) -> None:
        """Inputs, nodes, outputs."""
        nodes = list(self._graph)
        for value, spec in zip(self._graph.inputs, component.inputs, strict=True):
            if boundary_spec(spec).dtype == HALF:
                value.dtype = ir.DataType.FLOAT16
        for node in nodes:
            self._convert(node)
        for index, spec in enumerate(component.outputs):
            self._finish(index, boundary_spec(spec).dtype == HALF)
        drop_unused(self._graph)

    def _convert(self, node: ir.Node) -> None:
        wanted = self._wanted(node)
        for index, value in enumerate(node.inputs):
            if value in self._floats and not _must_stay(node, index):
                assert value is not None
                node.replace_input_with(index, self._as(value, wanted, node))
        if node.op_type == "Cast":
            return
        for value in node.outputs:
            if value in self._floats:
                value.dtype = wanted

    def _wanted(self, node: ir.Node) -> ir.DataType:
        if node.name in self._kept:
            return _FLOAT
        if node.op_type in MOVES:
            moved = [v for v in node.inputs if v in self._floats and v and not is_constant(v)]
            if moved and all(value.dtype == _FLOAT for value in moved):
                return _FLOAT
        return self._low

    def _as(self, value: ir.Value, wanted: ir.DataType, reader: ir.Node) -> ir.Value:
        if value.dtype == wanted:
            return value
        key = (value, wanted)
        if key not in self._cast:
            make = self._weight if is_constant(value) else self._cast_node
            self._cast[key] = make(value, wanted, reader)
        return self._cast[key]

    def _weight(self, value: ir.Value, wanted: ir.DataType, _: ir.Node) -> ir.Value:
        tensor = value.const_value
        assert tensor is not None
        name = f"{value.name}.{wanted.name.lower()}"
        return add_constant(self._graph, _converted(tensor, wanted, name))

    def _cast_node(self, value: ir.Value, wanted: ir.DataType, reader: ir.Node) -> ir.Value:
        node = cast(value, wanted, f"{value.name}.{wanted.name.lower()}")
        return insert_behind(self._graph, value, node, reader)

    def _finish(self, index: int, half: bool) -> None:
        value = self._graph.outputs[index]
        wanted = ir.DataType.FLOAT16 if half else _FLOAT
        if value not in self._floats or value.dtype == wanted:
            return
        name = value.name or ""
        value.name = f"{name}.{value.dtype.name.lower() if value.dtype else ''}"
        node = cast(value, wanted, name)
        self._graph.append(node)
        self._graph.outputs[index] = node.outputs[0]


def _must_stay(node: ir.Node, index: int) -> bool:
    return node.op_type == "Resize" and index > 0  # its scales are float32 in every type


def _converted(tensor: ir.TensorProtocol, wanted: ir.DataType, name: str) -> ir.TensorProtocol:
    """Small tensors now; large ones when they are written, so that one is in memory at a time."""

    def convert() -> ir.TensorProtocol:
        return ir.Tensor(_narrowed(tensor, wanted), dtype=wanted, name=name)

    if tensor.size <= _SMALL:
        return convert()
    return ir.LazyTensor(convert, dtype=wanted, shape=ir.Shape(tensor.shape.numpy()), name=name)


def _narrowed(tensor: ir.TensorProtocol, wanted: ir.DataType) -> NDArray[Any]:
    with np.errstate(over="ignore"):
        array: NDArray[Any] = tensor.numpy().astype(wanted.numpy())
    if not np.isfinite(array).all():
        raise UnsupportedError(
            f"The weight {tensor.name} has values beyond {wanted.name.lower()}; build it in bf16."
        )
    return array
