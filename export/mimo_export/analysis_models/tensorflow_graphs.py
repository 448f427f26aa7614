"""From TensorFlow.js and TensorFlow Lite to ONNX, with tf2onnx. Imports TensorFlow when called."""

import json
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mimo_export.analysis_models.tfjs import decode_weights, unfused

if TYPE_CHECKING:
    import onnx

OPSET = 18


def from_tfjs(model: bytes, weights: bytes) -> "onnx.ModelProto":
    """A TensorFlow.js graph model (`model.json` and its weights) as ONNX, with static shapes."""
    tf2onnx = import_module("tf2onnx")
    description = json.loads(model)
    signature = description["signature"]
    graph = _graph_def(description, weights)
    proto, _ = tf2onnx.convert.from_graph_def(
        graph,
        input_names=[tensor["name"] for tensor in signature["inputs"].values()],
        output_names=[tensor["name"] for tensor in signature["outputs"].values()],
        opset=OPSET,
    )
    return proto


def from_tflite(model: bytes) -> "onnx.ModelProto":
    """A TensorFlow Lite model as ONNX; operators of MediaPipe's own keep their names."""
    tf2onnx = import_module("tf2onnx")
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "model.tflite"
        path.write_bytes(model)
        proto, _ = tf2onnx.convert.from_tflite(str(path), opset=OPSET)
    return proto


def _graph_def(description: Mapping[str, Any], data: bytes) -> Any:
    from google.protobuf import json_format

    tensorflow = import_module("tensorflow")

    weights = decode_weights(description["weightsManifest"], data)
    shapes = {
        tensor["name"].split(":")[0]: tensor["tensorShape"]
        for tensor in description["signature"]["inputs"].values()
    }
    graph = tensorflow.compat.v1.GraphDef()
    graph.versions.producer = description["modelTopology"]["versions"]["producer"]
    for node in unfused(description["modelTopology"]["node"]):
        added = graph.node.add()
        json_format.ParseDict({key: node[key] for key in node if key != "device"}, added)
        if node["op"] == "Const":
            value = tensorflow.make_tensor_proto(weights[node["name"]])
            added.attr["value"].tensor.CopyFrom(value)
        if node["op"] == "Placeholder":
            json_format.ParseDict(shapes[node["name"]], added.attr["shape"].shape)
    return graph
