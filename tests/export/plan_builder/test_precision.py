"""Typed graphs of real components: valid, with the boundary's dtypes, and near the float32 ones.

The limits stand a little above what was measured on the sample bundle (in brackets, fp16 and
bf16): image_encoder (6.6e-4, 4.7e-3), vae_encoder (2.3e-3, 1.7e-2), vae_decoder (1.5e-3, 1.2e-2),
reference (3.7e-3, 2.3e-2), identity (4.1e-4, 3.3e-3), condition (4.2e-4, 2.8e-3), time (0, 0),
denoiser (1.8e-3, 1.5e-2), denoiser_unguided (1.8e-3, 1.5e-2).
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnx_ir as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_export.plan_builder.boundary import boundary_spec
from mimo_export.plan_builder.float32_nodes import float32_nodes
from mimo_export.plan_builder.interpreter import interpret
from mimo_export.plan_builder.measure import relative_error
from mimo_export.plan_builder.precision import LOW_TYPES, narrow
from mimo_export.plan_builder.samples import Feeds, run, sample_feeds
from mimo_export.store import WeightStore
from mimo_runtime.bundle import Bundle
from mimo_runtime.errors import UnsupportedError
from tests.export.plan_builder.graphs import component_of, graph, noise

LIMITS = {
    "image_encoder": (1e-3, 7e-3),
    "vae_encoder": (4e-3, 3e-2),
    "vae_decoder": (3e-3, 2e-2),
    "reference": (6e-3, 4e-2),
    "identity": (6e-4, 5e-3),
    "condition": (6e-4, 4e-3),
    "time_embedding": (0, 0),
    "denoiser_unguided": (3e-3, 2.5e-2),
}
PRECISIONS = ("fp16", "bf16")


@pytest.fixture(scope="module")
def bundle(small_bundle: Path) -> Bundle:
    return Bundle.open(small_bundle)


@pytest.fixture(scope="module")
def feeds(bundle: Bundle) -> Mapping[str, Feeds]:
    return dict(sample_feeds(bundle))


def _typed(bundle: Bundle, name: str, precision: str) -> ir.Model:
    model = ir.load(bundle.path(name))
    kept = float32_nodes(model.graph, name, precision)
    narrow(model, bundle.component(name), LOW_TYPES[precision], kept)
    return model


def _exact(bundle: Bundle, name: str, feeds: Feeds) -> Feeds:
    outputs = [spec.name for spec in bundle.component(name).outputs]
    return dict(zip(outputs, run(bundle.path(name), feeds), strict=True))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("name", LIMITS)
def test_the_error_of_a_component_is_that_of_its_precision(
    bundle: Bundle, feeds: Mapping[str, Feeds], name: str, precision: str
) -> None:
    result = interpret(_typed(bundle, name, precision), feeds[name])
    error = relative_error(result, _exact(bundle, name, feeds[name]))
    assert error <= LIMITS[name][PRECISIONS.index(precision)]


@pytest.mark.parametrize("name", ["identity", "vae_decoder"])
def test_onnx_runtime_runs_the_written_file(
    bundle: Bundle, feeds: Mapping[str, Feeds], name: str, tmp_path: Path
) -> None:
    model = _typed(bundle, name, "fp16")
    with WeightStore(tmp_path) as store:
        store.save(model, "typed.onnx")  # the ONNX checker looks at it here
        typed = {v.name or "": feeds[name][v.name or ""].astype(v.dtype.numpy())
                 for v in model.graph.inputs if v.dtype}  # fmt: skip
        found = run(tmp_path / "typed.onnx", typed)
    exact = _exact(bundle, name, feeds[name])
    assert relative_error(dict(zip(exact, found, strict=True)), exact) <= LIMITS[name][0]


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(
    "name", ["denoiser", "identity", "reference", "condition", "time_embedding"]
)
def test_inputs_and_outputs_have_the_dtypes_of_the_boundary(
    bundle: Bundle, name: str, precision: str
) -> None:
    component, model = bundle.component(name), _typed(bundle, name, precision)
    for values, specs in (
        (model.graph.inputs, component.inputs),
        (model.graph.outputs, component.outputs),
    ):
        assert [value.name for value in values] == [spec.name for spec in specs]
        for value, spec in zip(values, specs, strict=True):
            assert value.dtype is not None
            assert value.dtype.numpy() == np.dtype(boundary_spec(spec).dtype)


def test_large_tensors_cross_in_half_and_what_is_summed_in_float32(bundle: Bundle) -> None:
    dtypes = {
        spec.name.split(".")[0]: boundary_spec(spec).dtype
        for component in bundle.manifest.components.values()
        for spec in (*component.inputs, *component.outputs)
    }
    half = {name for name, dtype in dtypes.items() if dtype == "float16"}
    assert half == {"condition", "cross", "key", "value", "bank"}
    assert dtypes["latents"] == dtypes["prediction"] == dtypes["picture"] == "float32"


def test_a_weight_read_in_both_types_is_there_in_both() -> None:
    text = "(float[2] x) => (float[2] y) { a = Mul (x, w)  y = Mul (a, w) }"
    model = graph(text, {"w": noise(2)})
    narrow(model, component_of(model), LOW_TYPES["fp16"], {"n1"})
    dtypes = {name: value.dtype for name, value in model.graph.initializers.items()}
    assert dtypes == {"w": ir.DataType.FLOAT, "w.float16": ir.DataType.FLOAT16}
    assert [node.op_type for node in model.graph] == ["Cast", "Mul", "Cast", "Mul"]


@pytest.mark.parametrize("size", [2, 4000])
def test_a_weight_beyond_float16_is_named(tmp_path: Path, size: int) -> None:
    text = f"(float[{size}] x) => (float[{size}] y) {{ y = Mul (x, w) }}"
    model = graph(text, {"w": np.full(size, 1e5, np.float32)})

    def write() -> None:
        narrow(model, component_of(model), LOW_TYPES["fp16"], ())
        with WeightStore(tmp_path) as store:
            store.save(model, "typed.onnx")

    with pytest.raises(UnsupportedError, match="weight w has values beyond float16"):
        write()


NETWORK = """(float[2, 8] x, int64[1] row) => (float[2, 8] y, float[1, 8] z) {
    a = MatMul (x, w)
    n = LayerNormalization (a, scale, bias)
    r = Reshape (n, shape)
    s = Sigmoid (r)
    m = Mul (s, r)
    y = Reshape (m, back)
    z = Gather (y, row)
}"""
WEIGHTS = {
    "w": noise(8, 8, seed=1),
    "scale": noise(8, seed=2),
    "bias": noise(8, seed=3),
    "shape": np.array([4, 4]),
    "back": np.array([2, 8]),
}


@settings(max_examples=12)
@given(
    kept=st.frozensets(st.sampled_from([f"n{place}" for place in range(7)])),
    precision=st.sampled_from(PRECISIONS),
)
def test_whatever_is_kept_the_graph_is_valid_and_near(kept: frozenset[str], precision: str) -> None:
    feeds = {"x": noise(2, 8), "row": np.array([1])}
    exact = interpret(graph(NETWORK, WEIGHTS), feeds)
    model = graph(NETWORK, WEIGHTS)
    narrow(model, component_of(model), LOW_TYPES[precision], kept)
    onnx.checker.check_model(ir.to_proto(model), full_check=True)
    assert [value.name for value in model.graph.outputs] == ["y", "z"]
    assert relative_error(interpret(model, feeds), exact) < {"fp16": 5e-3, "bf16": 4e-2}[precision]


def test_a_value_is_cast_once_for_all_its_readers() -> None:
    text = "(float[2] x) => (float[2] y) { a = Sin (x)  b = Cos (x)  y = Add (a, b) }"
    model = graph(text)
    narrow(model, component_of(model), LOW_TYPES["bf16"], ())
    assert [node.op_type for node in model.graph] == ["Cast", "Sin", "Cos", "Add", "Cast"]
    assert model.graph.outputs[0].name == "y"
