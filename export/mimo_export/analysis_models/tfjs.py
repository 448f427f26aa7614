"""Reading a TensorFlow.js graph model: its weights, and its fused nodes taken apart.

The format is that of tfjs-converter: `model.json` with `modelTopology` (a GraphDef as JSON) and
`weightsManifest` (names, shapes, types, in the order of the binary file).
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.errors import InvalidRequestError

_UNFUSED = {"_FusedConv2D": "Conv2D", "FusedDepthwiseConv2dNative": "DepthwiseConv2dNative"}
_FUSION_ATTRIBUTES = ("fused_ops", "num_args", "epsilon", "leakyrelu_alpha", "TArgs")
_ACTIVATIONS = ("Relu", "Relu6", "Elu", "Sigmoid")
Node = Mapping[str, Any]


def decode_weights(manifest: Sequence[Mapping[str, Any]], data: bytes) -> dict[str, NDArray[Any]]:
    """Every weight by name, of its original type.

    Args:
        manifest: the groups of `weightsManifest`.
        data: the binary files of the groups, one after the other.

    Raises:
        InvalidRequestError: the binary is longer or shorter than the manifest says, or a weight
            has a type that this reader does not know.
    """
    weights: dict[str, NDArray[Any]] = {}
    offset = 0
    for entry in (entry for group in manifest for entry in group["weights"]):
        stored = np.dtype(entry.get("quantization", {}).get("dtype", entry["dtype"]))
        count = int(np.prod(entry["shape"], dtype=np.int64))
        end = offset + count * stored.itemsize
        if end > len(data):
            raise InvalidRequestError(
                f"The weight file ends inside {entry['name']}: {len(data)} bytes, at least {end} "
                "expected; fetch the package again."
            )
        raw = np.frombuffer(data, stored, count, offset).reshape(entry["shape"])
        weights[entry["name"]] = _restored(entry, raw)
        offset = end
    if offset != len(data):
        raise InvalidRequestError(
            f"The weight file has {len(data)} bytes where its manifest describes {offset}; fetch "
            "the package again."
        )
    return weights


def _restored(entry: Mapping[str, Any], raw: NDArray[Any]) -> NDArray[Any]:
    quantization = entry.get("quantization", {})
    if "scale" in quantization:
        return (raw * quantization["scale"] + quantization["min"]).astype(entry["dtype"])
    return raw.astype(entry["dtype"])


def unfused(nodes: Sequence[Node]) -> Iterator[Node]:
    """The nodes with every fused convolution as convolution, BiasAdd and activation.

    Raises:
        InvalidRequestError: a convolution is fused with something else.
    """
    for node in nodes:
        if node["op"] in _UNFUSED:
            yield from _taken_apart(node)
        else:
            yield node


def _taken_apart(node: Node) -> Iterator[Node]:
    fused = [base64.b64decode(name).decode() for name in node["attr"]["fused_ops"]["list"]["s"]]
    if fused[:1] != ["BiasAdd"] or len(fused) > 2 or not set(fused[1:]) <= set(_ACTIVATIONS):
        raise InvalidRequestError(
            f"Node {node['name']} fuses a convolution with {fused}; only BiasAdd and one of "
            f"{', '.join(_ACTIVATIONS)} are known."
        )
    names = [f"{node['name']}/fused_{index}" for index in range(len(fused))] + [node["name"]]
    plain = {key: value for key, value in node["attr"].items() if key not in _FUSION_ATTRIBUTES}
    kind = {"T": node["attr"]["T"]}
    yield {
        "name": names[0],
        "op": _UNFUSED[node["op"]],
        "input": node["input"][:2],
        "attr": plain,
    }
    yield {
        "name": names[1],
        "op": "BiasAdd",
        "input": [names[0], node["input"][2]],
        "attr": kind | {"data_format": node["attr"]["data_format"]},
    }
    for activation in fused[1:]:
        yield {"name": names[2], "op": activation, "input": [names[1]], "attr": kind}
