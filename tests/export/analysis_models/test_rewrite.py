"""Rewrites keep what a graph computes."""

import numpy as np
import onnx
import pytest
from onnx import helper

from mimo_export.analysis_models import rewrite
from mimo_export.analysis_models.stripping import stripped
from mimo_runtime.errors import InvalidRequestError
from tests.export.analysis_models.graphs import graph, run, scaled

DRAW = np.random.default_rng(6)
BRANCHES = DRAW.normal(size=(4, 8)).astype(np.float16).astype(np.float32)
PICTURE = DRAW.normal(size=(4, 8)).astype(np.float32)


def named() -> onnx.ModelProto:
    model = scaled(BRANCHES)
    rewrite.renamed(model, ["picture"], ["out"])
    return model


def test_inputs_and_outputs_get_their_names() -> None:
    (out,) = run(named(), picture=PICTURE)
    np.testing.assert_array_equal(out, PICTURE * BRANCHES + 1)


def test_another_number_of_outputs_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match=r"1 outputs where \['a', 'b'\] are expected"):
        rewrite.renamed(scaled(BRANCHES), ["picture"], ["a", "b"])


def test_half_precision_constants_are_stored_in_half_and_nothing_changes() -> None:
    model = named()
    rewrite.halved(model)
    sizes = {tensor.name: len(tensor.raw_data) for tensor in model.graph.initializer}
    assert sizes["weight/path_half"] == BRANCHES.size * 2
    (out,) = run(model, picture=PICTURE)
    np.testing.assert_array_equal(out, PICTURE * BRANCHES + 1)


@pytest.mark.parametrize("value", [1 / 3, 1e9])
def test_constants_that_would_change_stay(value: float) -> None:
    model = scaled(np.full((4, 8), value, np.float32))
    rewrite.halved(model)
    assert all(not tensor.name.endswith("_half") for tensor in model.graph.initializer)


def test_stripping_leaves_no_names_and_nothing_unused() -> None:
    model = named()
    rewrite.halved(model)
    stripped(model, "tiny")
    content = model.SerializeToString()
    for trace in (b"path", b"home", b"words", b"second", b"tf2onnx", b"custom"):
        assert trace not in content
    assert [node.op_type for node in model.graph.node] == ["Cast", "Mul", "Add"]
    assert len(model.graph.initializer) == 2
    (out,) = run(model, picture=PICTURE)
    np.testing.assert_array_equal(out, PICTURE * BRANCHES + 1)


def test_the_order_of_the_converter_does_not_matter() -> None:
    def finished(shuffled: bool) -> bytes:
        nodes = [
            helper.make_node("Neg", ["picture"], ["minus"]),
            helper.make_node("Abs", ["picture"], ["size"]),
            helper.make_node("Mul", ["size", "w"], ["heavy"]),
            helper.make_node("Add", ["minus", "heavy"], ["sum"]),
            helper.make_node("Mul", ["sum", "v"], ["out"]),
        ]
        constants = [("w", BRANCHES), ("v", BRANCHES + 1)]
        if shuffled:
            nodes[:3] = nodes[1], nodes[2], nodes[0]
            constants.reverse()
        model = graph(nodes, [("picture", [4, 8])], [("out", [4, 8])], constants)
        rewrite.halved(model)
        stripped(model, "tiny")
        return model.SerializeToString(deterministic=True)

    assert finished(shuffled=True) == finished(shuffled=False)


def test_the_transposed_convolution_of_mediapipe_becomes_the_standard_one() -> None:
    source = DRAW.normal(size=(1, 3, 5, 4)).astype(np.float32)
    weight = DRAW.normal(size=(2, 2, 2, 4)).astype(np.float32)
    bias = DRAW.normal(size=2).astype(np.float32)
    node = helper.make_node(rewrite.TRANSPOSED_CONVOLUTION, ["picture", "w", "b"], ["out"])
    shapes = [("picture", source.shape)], [("out", (1, 6, 10, 2))]
    model = graph([node], *shapes, [("w", weight), ("b", bias)])
    rewrite.standard_operators(model)
    expected = np.zeros((1, 6, 10, 2), np.float32)
    for y in range(3):
        for x in range(5):
            spread = np.einsum("c,oijc->ijo", source[0, y, x], weight)
            expected[0, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2] = spread + bias
    (out,) = run(model, picture=source)
    np.testing.assert_allclose(out, expected, atol=1e-5)
