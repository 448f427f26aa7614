from pathlib import Path

import numpy as np
import onnx_ir as ir
import pytest

from mimo_export.plan_builder.float32_nodes import float32_nodes
from mimo_runtime.errors import UnsupportedError
from tests.export.plan_builder.graphs import graph, noise

NETWORK = """(float[1, 8, 4, 4] x) => (float[1, 4, 4, 4] prediction) {
    h = Conv <kernel_shape = [1, 1]> (x, w0)
    n = LayerNormalization (h, scale, bias)
    s = Sigmoid (n)
    a = Mul (n, s)
    y = Conv <kernel_shape = [1, 1]> (a, w1)
    half = Div (y, two)
    prediction = Reshape (half, shape)
}"""
WEIGHTS = {
    "w0": noise(8, 8, 1, 1),
    "scale": noise(4),
    "bias": noise(4),
    "w1": noise(4, 8, 1, 1),
    "two": noise(1),
    "shape": np.array([1, 4, 4, 4]),
}


@pytest.fixture
def network() -> ir.Graph:
    return graph(NETWORK, WEIGHTS).graph


def test_norms_and_the_way_from_the_last_convolution_stay(network: ir.Graph) -> None:
    assert float32_nodes(network, "denoiser", "fp16") == {"n1", "n4", "n5"}


def test_the_time_component_stays_as_a_whole(network: ir.Graph) -> None:
    assert len(float32_nodes(network, "time_embedding", "fp16")) == 7


def test_who_reads_or_writes_a_value_beyond_float16_stays(network: ir.Graph) -> None:
    assert float32_nodes(network, "denoiser", "fp16", {"a"}) == {"n1", "n3", "n4", "n5"}


@pytest.mark.parametrize(("precision", "kept"), [("fp16", 0), ("bf16", 3)])
def test_resize_stays_under_bfloat16_only(small_bundle: Path, precision: str, kept: int) -> None:
    model = ir.load(small_bundle / "vae_decoder.onnx")
    named = float32_nodes(model.graph, "vae_decoder", precision)
    resized = [n.name for n in model.graph if n.op_type == "Resize" and n.name in named]
    assert len(resized) == kept


def test_an_attention_beyond_float16_is_refused_with_the_way_out(small_bundle: Path) -> None:
    model = ir.load(small_bundle / "vae_decoder.onnx")
    node = next(n for n in model.graph if n.op_type == "Attention")
    value = node.outputs[0].name or ""
    with pytest.raises(UnsupportedError, match=r"vae_decoder: Attention .*build it in bf16"):
        float32_nodes(model.graph, "vae_decoder", "fp16", {value})
