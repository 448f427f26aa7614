"""The memory of a graph's values, on graphs small enough to count by hand."""

import onnx
import onnx_ir as ir
from onnx import parser

from mimo_export.working_memory import working_bytes


def graph(body: str) -> ir.Graph:
    header = '<ir_version: 10, opset_import: ["" : 23]> g (float[100] x) => (float[100] y)'
    text = f"{header} {{{body}}}"
    model = onnx.shape_inference.infer_shapes(parser.parse_model(text))
    return ir.serde.deserialize_model(model).graph


def test_a_chain_needs_what_one_node_reads_and_writes() -> None:
    assert (
        working_bytes(graph("a = Softmax(x) b = Softmax(a) c = Softmax(b) y = Softmax(c)")) == 800
    )


def test_elementwise_results_take_over_what_nobody_reads_later() -> None:
    assert working_bytes(graph("a = Softmax(x) b = Sqrt(a) c = Sqrt(b) y = Softmax(c)")) == 400


def test_what_is_read_later_lives_on() -> None:
    body = "a = Softmax(x) b = Softmax(a) c = Softmax(b) d = Softmax(c) y = Add(d, a)"
    assert working_bytes(graph(body)) == 1200


def test_reshapes_share_memory_and_keep_it_alive() -> None:
    body = """a = Softmax(x) shape = Constant<value_ints = [10, 10]>() b = Reshape(a, shape)
    c = Softmax(b) back = Constant<value_ints = [100]>() d = Reshape(c, back) y = Add(d, x)"""
    assert working_bytes(graph(body)) == 800
