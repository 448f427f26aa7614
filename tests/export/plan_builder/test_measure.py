import numpy as np
import onnx_ir as ir

from mimo_export.plan_builder.float32_nodes import float32_nodes
from mimo_export.plan_builder.interpreter import interpret
from mimo_export.plan_builder.measure import overflowing, ranges, relative_error
from mimo_export.plan_builder.precision import LOW_TYPES, narrow
from tests.export.plan_builder.graphs import component_of, graph, noise

# A residual stream that grows beyond float16 and is normalised later: what some VAEs do.
GROWING = """(float[1, 8, 4] x) => (float[1, 8, 4] y) {
    a = Mul (x, large)
    b = Sin (x)
    c = Add (a, b)
    n = LayerNormalization (c, scale, bias)
    d = Sin (n)
    y = Add (d, n)
}"""
WEIGHTS = {"large": np.float32([6e4]), "scale": noise(4), "bias": noise(4)}


def _typed(overflow: frozenset[str]) -> ir.Model:
    model = graph(GROWING, WEIGHTS)
    kept = float32_nodes(model.graph, "vae_decoder", "fp16", overflow)
    narrow(model, component_of(model), LOW_TYPES["fp16"], kept)
    return model


def test_values_beyond_float16_are_found_and_their_nodes_mended() -> None:
    feeds = {"x": noise(1, 8, 4)}
    largest, exact = ranges(graph(GROWING, WEIGHTS), feeds)
    found = overflowing(largest, "fp16")
    assert found == {"a", "c"}
    assert not np.isfinite(relative_error(interpret(_typed(frozenset()), feeds), exact))
    assert relative_error(interpret(_typed(found), feeds), exact) < 1e-3


def test_bfloat16_has_no_such_values() -> None:
    assert overflowing({"a": 1e30}, "bf16") == frozenset()


def test_what_is_no_number_counts_as_beyond() -> None:
    assert overflowing({"a": float("nan"), "b": float("inf"), "c": 1.0}, "fp16") == {"a", "b"}


def test_the_error_is_the_worst_outputs() -> None:
    exact = {"a": np.array([3.0, 4.0]), "b": np.array([1.0, 1.0])}
    found = {"a": np.array([3.0, 4.0]), "b": np.array([1.1, 0.9])}
    assert abs(relative_error(found, exact) - 0.1) < 1e-12


def test_an_output_that_is_no_number_is_no_small_error() -> None:
    exact = {"a": np.ones(2), "b": np.ones(2)}
    assert np.isnan(relative_error({"a": np.ones(2), "b": np.full(2, np.nan)}, exact))
