"""A graph computed node by node on the CPU, each value in the type that the graph gives it.

Every operator runs in float32 on ONNX Runtime and its results are rounded to float16, bfloat16 or
float8 as the graph says: that is what a GPU does, whose products are summed in float32. Memory
holds the values that are still needed, and no more.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import ml_dtypes
import numpy as np
import onnx
import onnx_ir as ir
import onnxruntime
from numpy.typing import NDArray

from mimo_runtime.speech import say_nothing

Array = NDArray[Any]
OnValue = Callable[[str, Array], None]
OnNode = Callable[[], None]

_FLOAT8_MAX = 448.0
_NARROW = (np.float16, ml_dtypes.bfloat16)


def _ignore(name: str, array: Array) -> None:
    """For who does not look at values on the way."""


def interpret(
    model: ir.Model,
    feeds: Mapping[str, Array],
    on_value: OnValue = _ignore,
    on_node: OnNode = say_nothing,
) -> dict[str, Array]:
    """The outputs of `model` for its inputs by name.

    `on_value` sees every result on the way, `on_node` is called behind every node.
    """
    graph = model.graph
    functions = [ir.serde.serialize_function(function) for function in model.functions.values()]
    values: dict[str, Array] = {
        value.name or "": np.asarray(feeds[value.name or ""]).astype(_numpy(value))
        for value in graph.inputs
    }
    uses = Counter(v.name for node in graph for v in node.inputs if v is not None)
    uses.update(value.name for value in graph.outputs)
    for node in graph:
        inputs = [None if v is None else _read(v, values) for v in node.inputs]
        for value, result in zip(node.outputs, _results(node, inputs, functions), strict=True):
            with np.errstate(over="ignore"):  # that is for who looks at the values to find
                values[value.name or ""] = result.astype(_numpy(value), copy=False)
            on_value(value.name or "", values[value.name or ""])
        on_node()
        for read in node.inputs:
            if read is not None:
                uses[read.name] -= 1
                if not uses[read.name]:
                    values.pop(read.name or "", None)
    return {value.name or "": _read(value, values) for value in graph.outputs}


def _read(value: ir.Value, values: Mapping[str, Array]) -> Array:
    if value.const_value is not None:
        return np.asarray(value.const_value.numpy())
    return values[value.name or ""]


def _results(
    node: ir.Node, inputs: list[Array | None], functions: list[onnx.FunctionProto]
) -> list[Array]:
    first = inputs[0]
    assert first is not None
    if node.op_type == "Cast":
        return [first]
    if node.op_type == "QuantizeLinear":
        return [np.clip(_wide(first) / _scale(node, inputs), -_FLOAT8_MAX, _FLOAT8_MAX)]
    if node.op_type == "DequantizeLinear":
        return [first.astype(np.float32) * _scale(node, inputs)]
    return _run(node, [None if x is None else _wide(x) for x in inputs], functions)


def _run(
    node: ir.Node, inputs: list[Array | None], functions: list[onnx.FunctionProto]
) -> list[Array]:
    """One node as a model of its own."""
    feeds = {v.name or "": x for v, x in zip(node.inputs, inputs, strict=True) if v is not None}
    graph = onnx.helper.make_graph(
        [ir.serde.serialize_node(node)],
        "node",
        [
            onnx.helper.make_tensor_value_info(
                name, onnx.helper.np_dtype_to_tensor_dtype(x.dtype), x.shape
            )
            for name, x in feeds.items()
            if x is not None
        ],
        [onnx.ValueInfoProto(name=value.name) for value in node.outputs],
    )
    used = [f for f in functions if (f.domain, f.name) == (node.domain, node.op_type)]
    imports = {"": 23, "com.microsoft": 1} | ({node.domain: 1} if node.domain else {})
    proto = onnx.helper.make_model(
        graph,
        functions=used,
        opset_imports=[onnx.helper.make_opsetid(*pair) for pair in imports.items()],
        ir_version=10,
    )
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return [np.asarray(result) for result in session.run(None, feeds)]


def _scale(node: ir.Node, inputs: list[Array | None]) -> Array:
    """The scale of a (de)quantisation, laid along its axis where it has one per channel."""
    data, scale = inputs[0], inputs[1]
    assert data is not None
    assert scale is not None
    wide = scale.astype(np.float32)
    if wide.ndim == 0:
        return wide
    axis = node.attributes["axis"].as_int()
    return wide.reshape([-1 if dimension == axis else 1 for dimension in range(data.ndim)])


def _wide(array: Array) -> Array:
    return array.astype(np.float32) if array.dtype in _NARROW else array


def _numpy(value: ir.Value) -> Any:
    assert value.dtype is not None
    return value.dtype.numpy()
