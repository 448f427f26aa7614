"""Tiny ONNX graphs as the converter leaves them."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def graph(nodes, inputs, outputs, constants=()) -> onnx.ModelProto:
    tensors = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in listed]
        for listed in (inputs, outputs)
    ]
    arrays = [numpy_helper.from_array(array, name) for name, array in constants]
    made = helper.make_graph(nodes, "/somebody/home/graph", *tensors, arrays, doc_string="words")
    return helper.make_model(
        made,
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("custom", 1)],
        ir_version=10,
        producer_name="tf2onnx",
        doc_string="made in /somebody/home",
    )


def scaled(weight: np.ndarray) -> onnx.ModelProto:
    """`out = picture * weight + 1`, with long names, a node and a constant that nobody needs."""
    nodes = [
        helper.make_node("Neg", ["a/long/path:0"], ["unused"], name="nobody"),
        helper.make_node("Mul", ["a/long/path:0", "weight/path"], ["scaled"], name="first/path"),
        helper.make_node("Add", ["scaled", "one"], ["b/long/path:0"], doc_string="second"),
    ]
    shape = list(weight.shape)
    constants = [("weight/path", weight), ("one", np.ones(1, np.float32)), ("alone", weight)]
    return graph(nodes, [("a/long/path:0", shape)], [("b/long/path:0", shape)], constants)


def run(model: onnx.ModelProto, **inputs: np.ndarray) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, inputs)
