from pathlib import Path

import numpy as np
import onnx_ir as ir
import onnxruntime
import pytest

from mimo_export.plan_builder.float8 import (
    COMPONENTS,
    ERROR_LIMIT,
    check_architecture,
    check_quality,
    quantise,
)
from mimo_export.plan_builder.interpreter import interpret
from mimo_export.plan_builder.measure import ranges, relative_error
from mimo_export.plan_builder.mixed_precision import MixedPrecision
from mimo_export.plan_builder.precision import LOW_TYPES, narrow
from mimo_export.store import WeightStore
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import UnsupportedError
from tests.export.plan_builder.graphs import component_of, graph, noise

# Linear layers are named by their bias; the second is a projection out of a transformer.
NETWORK = """(float[4, 32] x) => (float[4, 32] y) {
    a = MatMul (x, val_1)
    b = Add (a, ff_bias)
    c = MatMul (b, val_2)
    d = Add (c, proj_out_bias)
    e = MatMul (b, val_3)
    y = Add (d, e)
}"""
WEIGHTS = {
    "val_1": noise(32, 32, seed=1),
    "ff_bias": noise(32, seed=2),
    "val_2": noise(32, 32, seed=3),
    "proj_out_bias": noise(32, seed=4),
    "val_3": noise(32, 32, seed=5),
}
Arrays = dict[str, np.ndarray]


def _quantised(feeds: Arrays) -> tuple[ir.Model, int, Arrays]:
    model = graph(NETWORK, WEIGHTS)
    largest, exact = ranges(model, feeds)
    narrow(model, component_of(model), LOW_TYPES["fp8"], ())
    return model, quantise(model.graph, largest), exact


@pytest.fixture
def feeds() -> Arrays:
    return {"x": noise(4, 32, seed=9)}


def test_sensitive_products_are_left_alone(feeds: Arrays) -> None:
    model, count, _ = _quantised(feeds)
    assert count == 2
    stored = {
        value.name
        for value in model.graph.initializers.values()
        if value.dtype == ir.DataType.FLOAT8E4M3FN and value.shape == [32, 32]
    }
    assert stored == {"val_1.float16.float8", "val_3.float16.float8"}


def test_a_value_is_quantised_once_for_all_its_readers(feeds: Arrays) -> None:
    model, _, _ = _quantised(feeds)
    operators = [node.op_type for node in model.graph]
    assert operators.count("QuantizeLinear") == 2
    assert operators.count("DequantizeLinear") == 4


def test_the_error_is_that_of_three_mantissa_bits(feeds: Arrays) -> None:
    model, _, exact = _quantised(feeds)
    assert 0.005 < relative_error(interpret(model, feeds), exact) < 0.08


def test_the_walk_quantises_as_onnx_runtime_does(feeds: Arrays, tmp_path: Path) -> None:
    model, _, _ = _quantised(feeds)
    with WeightStore(tmp_path) as store:
        store.save(model, "small.onnx")
    session = onnxruntime.InferenceSession(
        tmp_path / "small.onnx", providers=["CPUExecutionProvider"]
    )
    (found,) = session.run(None, feeds)
    assert relative_error({"y": found}, interpret(model, feeds)) < 0.01


def test_the_gate_refuses_with_the_number() -> None:
    check_quality("denoiser", ERROR_LIMIT)
    with pytest.raises(UnsupportedError, match=r"denoiser: in fp8 .* is 0\.400.*build it in fp16"):
        check_quality("denoiser", 0.4)
    with pytest.raises(UnsupportedError, match="nan"):
        check_quality("denoiser", float("nan"))


def test_older_gpus_and_no_calibration_are_refused() -> None:
    check_architecture("sm_89", measured=True)
    with pytest.raises(UnsupportedError, match="not sm_86; build it in fp16"):
        check_architecture("sm_86", measured=True)
    with pytest.raises(UnsupportedError, match="let the build measure"):
        check_architecture("sm_89", measured=False)


def test_only_denoisers_are_quantised(small_bundle: Path, tmp_path: Path) -> None:
    assert COMPONENTS == ("denoiser", "denoiser_unguided")
    with WeightStore(tmp_path) as store:
        MixedPrecision(Bundle.open(small_bundle), "fp8").write("condition", store, None)
    operators = {node.op_type for node in ir.load(tmp_path / "condition.onnx").graph}
    assert "Conv" in operators
    assert "QuantizeLinear" not in operators
