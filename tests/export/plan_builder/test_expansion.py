"""Written-out attentions against the fp64 contracts of the kernels, in float32 on ONNX Runtime."""

from typing import Any

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from onnx import parser

from mimo_export.plan_builder.expansion import expand
from mimo_export.plan_builder.interpreter import interpret
from mimo_kernels.reference_attention.contract import reference_attention_fp64
from mimo_kernels.temporal_attention.contract import temporal_attention_fp64
from tests.export.plan_builder.graphs import noise

HEADER = '<ir_version: 10, opset_import: ["": 23, "mimo": 1]>\nsmall'


def _written(text: str) -> ir.Model:
    """A model of one `mimo` node called `node_7`, with that node written out."""
    proto = parser.parse_model(f"{HEADER} {text}")
    proto.graph.node[0].name = "node_7"
    model = ir.from_proto(proto)
    node = model.graph.node(0)
    node.outputs[0].type, node.outputs[0].shape = node.inputs[0].type, node.inputs[0].shape
    result = ir.Value(name="y", type=node.inputs[0].type, shape=node.inputs[0].shape)
    tail = ir.node("Identity", node.outputs, outputs=[result])
    model.graph.append(tail)
    model.graph.outputs[0] = tail.outputs[0]
    expand(model.graph, node)
    onnx.checker.check_model(ir.to_proto(model), full_check=True)
    return model


def _far(found: Any, expected: Any) -> float:
    return float(np.abs(found - expected).max())


@pytest.mark.parametrize(("rows", "plain"), [(4, 2), (5, 1), (3, 0), (2, 2)])
def test_reference_attention(rows: int, plain: int) -> None:
    length, more, heads, width = 7, 5, 2, 6
    model = _written(
        f"(float[{rows},{length},{width}] q, float[{rows},{length},{width}] k,"
        f" float[{rows},{length},{width}] v, float[{more},{width}] rk, float[{more},{width}] rv)"
        f" => (float[{rows},{length},{width}] out)"
        f" {{ out = mimo.ReferenceAttention <heads = {heads}, unconditional_rows = {plain}>"
        " (q, k, v, rk, rv) }"
    )
    own = {name: noise(rows, length, width, seed=s) for s, name in enumerate(("q", "k", "v"))}
    extra = {name: noise(more, width, seed=s) for s, name in enumerate(("rk", "rv"), 3)}
    expected = reference_attention_fp64(*own.values(), *extra.values(), heads, plain)
    assert _far(interpret(model, own | extra)["y"], expected) < 1e-5


@pytest.mark.parametrize("present", [(1, 1, 1, 1, 1), (1, 1, 1, 0, 0), (1, 0, 0, 0, 0)])
@pytest.mark.parametrize("branches", [1, 2])
def test_temporal_attention(branches: int, present: tuple[int, ...]) -> None:
    frames, length, heads, width = len(present), 3, 2, 8
    rows = branches * frames
    shape = f"float[{rows},{length},{width}]"
    model = _written(
        f"({shape} q, {shape} k, {shape} v, bool[{frames}] mask) => ({shape} out)"
        f" {{ out = mimo.TemporalAttention <heads = {heads}, frames = {frames}> (q, k, v, mask) }}"
    )
    feeds = {name: noise(rows, length, width, seed=s) for s, name in enumerate(("q", "k", "v"))}
    mask = np.array(present, np.bool_)
    expected = temporal_attention_fp64(*feeds.values(), mask, heads, frames)
    assert _far(interpret(model, feeds | {"mask": mask})["y"], expected) < 1e-5


def test_the_attention_keeps_the_name_of_the_node() -> None:
    shape = "float[4,3,8]"
    model = _written(
        f"({shape} q, {shape} k, {shape} v, bool[4] mask) => ({shape} out)"
        " { out = mimo.TemporalAttention <heads = 2, frames = 4> (q, k, v, mask) }"
    )
    (attention,) = [node for node in model.graph if node.op_type == "Attention"]
    assert attention.name == "node_7"
    assert not [node for node in model.graph if node.domain == "mimo"]
