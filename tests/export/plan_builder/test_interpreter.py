import numpy as np
import onnx_ir as ir

from mimo_export.plan_builder.interpreter import interpret
from mimo_export.plan_builder.measure import relative_error
from mimo_export.plan_builder.precision import LOW_TYPES, narrow
from tests.export.plan_builder.graphs import component_of, graph, noise

CHAIN = "(float[4, 8] x) => (float[4, 8] y) { a = MatMul (x, w)  b = Sin (a)  y = Add (b, x) }"


def _chain() -> ir.Model:
    return graph(CHAIN, {"w": noise(8, 8)})


def test_float32_is_computed_as_it_is() -> None:
    x = noise(4, 8, seed=1)
    expected = np.sin(x @ noise(8, 8)) + x
    np.testing.assert_allclose(interpret(_chain(), {"x": x})["y"], expected, rtol=1e-5, atol=1e-6)


def test_every_result_is_rounded_to_its_type() -> None:
    model = _chain()
    narrow(model, component_of(model), LOW_TYPES["fp16"], ())
    x, w = noise(4, 8, seed=1).astype(np.float16), noise(8, 8).astype(np.float16)
    product = (x.astype(np.float32) @ w.astype(np.float32)).astype(np.float16)
    expected = (np.sin(product.astype(np.float32)).astype(np.float16) + x).astype(np.float32)
    np.testing.assert_array_equal(interpret(model, {"x": noise(4, 8, seed=1)})["y"], expected)


def test_bfloat16_errs_more_than_float16() -> None:
    feeds = {"x": noise(4, 8, seed=1)}
    exact = interpret(_chain(), feeds)
    errors = []
    for precision in ("fp16", "bf16"):
        model = _chain()
        narrow(model, component_of(model), LOW_TYPES[precision], ())
        errors.append(relative_error(interpret(model, feeds), exact))
    assert 1e-5 < errors[0] < 1e-3 < errors[1] < 1e-2


def test_every_value_on_the_way_is_shown() -> None:
    seen: dict[str, tuple[int, ...]] = {}
    interpret(_chain(), {"x": noise(4, 8)}, lambda name, array: seen.update({name: array.shape}))
    assert seen == {"a": (4, 8), "b": (4, 8), "y": (4, 8)}
