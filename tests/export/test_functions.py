"""The bodies of the `mimo` functions, run by ONNX Runtime, equal the fp64 references."""

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from mimo_export import functions
from mimo_kernels import attention
from mimo_kernels.reference_attention import contract as reference_attention
from mimo_kernels.temporal_attention import contract as temporal_attention
from mimo_networks.operators import PLUGIN_ATTRIBUTES

Floats = NDArray[np.float32]
HEADS, LENGTH, WIDTH = 2, 5, 12
ELEMENTS = {"float32": TensorProto.FLOAT, "bool": TensorProto.BOOL}


def drawn(*shape: int, seed: int) -> Floats:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def run(
    function: onnx.FunctionProto, inputs: dict[str, NDArray[Any]], attributes: dict[str, int]
) -> Floats:
    """A graph of this one node, checked and run."""
    node = helper.make_node(
        function.name,
        list(inputs),
        ["output"],
        domain=attention.DOMAIN,
        **attributes,
        **PLUGIN_ATTRIBUTES,
    )
    shapes = {
        n: helper.make_tensor_value_info(n, ELEMENTS[str(x.dtype)], x.shape)
        for n, x in inputs.items()
    }
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, inputs["query"].shape)
    model = helper.make_model(
        helper.make_graph([node], "one_node", list(shapes.values()), [output]),
        functions=[function],
        opset_imports=[
            helper.make_opsetid("", functions.OPSET),
            helper.make_opsetid(attention.DOMAIN, attention.DOMAIN_VERSION),
            helper.make_opsetid(functions.CONTRIB, 1),
        ],
        ir_version=10,
    )
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (found,) = session.run(None, inputs)
    return found


@pytest.mark.parametrize(
    ("unconditional_rows", "conditional_rows"), [(3, 0), (0, 4), (4, 4), (1, 6)]
)
@pytest.mark.parametrize("extra", [1, 5, 9])
def test_reference_attention(unconditional_rows: int, conditional_rows: int, extra: int) -> None:
    rows = unconditional_rows + conditional_rows
    inputs = {
        name: drawn(rows, LENGTH, WIDTH, seed=seed)
        for seed, name in enumerate(("query", "key", "value"))
    }
    inputs |= {
        "reference_key": drawn(extra, WIDTH, seed=5),
        "reference_value": drawn(extra, WIDTH, seed=6),
    }
    attributes = {"heads": HEADS, "unconditional_rows": unconditional_rows}
    found = run(
        functions.reference_function(unconditional_rows, conditional_rows), inputs, attributes
    )
    wanted = reference_attention.reference_attention_fp64(
        *inputs.values(), HEADS, unconditional_rows
    )
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("real", [(1, 1, 1, 1), (1, 1, 0, 0), (0, 1, 0, 1), (0, 0, 1, 0)], ids=str)
@pytest.mark.parametrize("branches", [1, 2])
def test_temporal_attention(real: tuple[int, ...], branches: int) -> None:
    frames = len(real)
    inputs: dict[str, NDArray[Any]] = {
        name: drawn(branches * frames, LENGTH, WIDTH, seed=seed)
        for seed, name in enumerate(("query", "key", "value"))
    }
    inputs["frame_mask"] = np.array(real, bool)
    attributes = {"heads": HEADS, "frames": frames}
    found = run(functions.temporal_function(), inputs, attributes)
    wanted = temporal_attention.temporal_attention_fp64(*inputs.values(), HEADS, frames)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_a_window_of_one_frame_keeps_its_values() -> None:
    inputs: dict[str, NDArray[Any]] = {
        name: drawn(2, LENGTH, WIDTH, seed=seed)
        for seed, name in enumerate(("query", "key", "value"))
    }
    inputs["frame_mask"] = np.ones(1, bool)
    found = run(functions.temporal_function(), inputs, {"heads": HEADS, "frames": 1})
    np.testing.assert_allclose(found, inputs["value"], atol=1e-6)
