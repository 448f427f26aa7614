"""Small graphs written down, typed and with their weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import onnx_ir as ir
from numpy.typing import NDArray
from onnx import parser

from mimo_runtime.bundle import Component, TensorSpec


def graph(text: str, weights: Mapping[str, NDArray[Any]] | None = None) -> ir.Model:
    """The model of an ONNX text `(inputs) => (outputs) { nodes }`; nodes get names n0, n1, ..."""
    header = '<ir_version: 10, opset_import: ["": 23, "mimo": 1]>\nsmall '
    proto = parser.parse_model(header + text)
    for name, array in (weights or {}).items():
        proto.graph.initializer.append(onnx.numpy_helper.from_array(array, name))
    for place, node in enumerate(proto.graph.node):
        node.name = f"n{place}"
    return ir.from_proto(onnx.shape_inference.infer_shapes(proto, strict_mode=True))


def component_of(model: ir.Model) -> Component:
    """Inputs and outputs of a model as a bundle states them."""
    names = {ir.DataType.FLOAT: "float32", ir.DataType.INT64: "int64", ir.DataType.BOOL: "bool"}

    def specs(values: Any) -> tuple[TensorSpec, ...]:
        return tuple(TensorSpec(v.name, v.shape.numpy(), names[v.dtype]) for v in values)

    return Component("small.onnx", 0, specs(model.graph.inputs), specs(model.graph.outputs))


def noise(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    """Seeded normal numbers."""
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
