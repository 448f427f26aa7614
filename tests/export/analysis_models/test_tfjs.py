"""TensorFlow.js: weights, and fused nodes."""

import base64

import numpy as np
import pytest

from mimo_export.analysis_models.tfjs import decode_weights, unfused
from mimo_runtime.errors import InvalidRequestError

HALVES = np.array([[1.5, -2.25, 0.1]], np.float16)
PLACES = np.array([3, -70000], np.int32)
LEVELS = np.array([0, 10, 255], np.uint8)
MANIFEST = [
    {
        "weights": [
            {
                "name": "halves",
                "shape": [1, 3],
                "dtype": "float32",
                "quantization": {"dtype": "float16", "original_dtype": "float32"},
            },
            {"name": "places", "shape": [2], "dtype": "int32"},
        ]
    },
    {
        "weights": [
            {
                "name": "levels",
                "shape": [3],
                "dtype": "float32",
                "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0},
            },
            {"name": "one", "shape": [], "dtype": "float32"},
        ]
    },
]
DATA = b"".join(array.tobytes() for array in (HALVES, PLACES, LEVELS, np.float32(7)))


def test_weights_come_back_in_their_types() -> None:
    weights = decode_weights(MANIFEST, DATA)
    np.testing.assert_array_equal(weights["halves"], HALVES.astype(np.float32))
    np.testing.assert_array_equal(weights["places"], PLACES)
    np.testing.assert_array_equal(weights["levels"], [-1, 4, 126.5])
    assert weights["one"] == 7
    assert weights["one"].shape == ()
    assert [weights[name].dtype for name in ("halves", "places", "levels")] == [
        np.float32,
        np.int32,
        np.float32,
    ]


def test_a_file_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="ends inside one: 20 bytes, at least 21"):
        decode_weights(MANIFEST, DATA[:-1])
    with pytest.raises(InvalidRequestError, match="has 22 bytes where its manifest describes 21"):
        decode_weights(MANIFEST, DATA + b"x")


def fused(*operations: str) -> dict:
    return {
        "name": "net/relu",
        "op": "FusedDepthwiseConv2dNative",
        "input": ["picture", "weight", "bias"],
        "attr": {
            "T": {"type": "DT_FLOAT"},
            "strides": {"list": {"i": ["1", "2", "2", "1"]}},
            "data_format": {"s": "TkhXQw=="},
            "num_args": {"i": "1"},
            "fused_ops": {
                "list": {"s": [base64.b64encode(name.encode()).decode() for name in operations]}
            },
        },
    }


def test_a_fused_convolution_becomes_three_nodes() -> None:
    first, second, third = unfused([fused("BiasAdd", "Relu6")])
    assert [node["op"] for node in (first, second, third)] == [
        "DepthwiseConv2dNative",
        "BiasAdd",
        "Relu6",
    ]
    assert first["input"] == ["picture", "weight"]
    assert second["input"] == [first["name"], "bias"]
    assert third["input"] == [second["name"]]
    assert third["name"] == "net/relu"
    assert set(first["attr"]) == {"T", "strides", "data_format"}


def test_without_an_activation_the_bias_has_the_nodes_name() -> None:
    nodes = list(unfused([{"name": "other", "op": "Add"}, fused("BiasAdd")]))
    assert [node["op"] for node in nodes] == ["Add", "DepthwiseConv2dNative", "BiasAdd"]
    assert nodes[-1]["name"] == "net/relu"


@pytest.mark.parametrize("operations", [("Relu",), ("BiasAdd", "Prelu"), ("FusedBatchNorm",)])
def test_other_fusions_are_refused(operations: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRequestError, match="net/relu fuses a convolution with"):
        list(unfused([fused(*operations)]))
