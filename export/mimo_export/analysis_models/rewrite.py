"""Rewrites of an ONNX graph before it ships: standard operators, chosen names, half the bytes."""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from mimo_runtime.errors import InvalidRequestError

TRANSPOSED_CONVOLUTION = "TFL_Convolution2DTransposeBias"
_STRIDE = 2
_SMALLEST_STORED_HALF = 16


def standard_operators(model: onnx.ModelProto) -> None:
    """Put ConvTranspose in the place of MediaPipe's own transposed convolution, in place.

    `Convolution2DTransposeBias(x, weight, bias)`: x [n,h,w,c], weight [out,2,2,c], stride 2, no
    padding, as in MediaPipe's `transpose_conv_bias.cc`.
    """
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    nodes: list[onnx.NodeProto] = []
    for node in model.graph.node:
        if node.op_type != TRANSPOSED_CONVOLUTION:
            nodes.append(node)
            continue
        weight = np.ascontiguousarray(arrays[node.input[1]].transpose(3, 0, 1, 2))
        name = f"{node.output[0]}_weight"
        model.graph.initializer.append(numpy_helper.from_array(weight, name))
        nodes.extend(_transposed_convolution(node, name, weight.shape[2:]))
    replace_nodes(model, nodes)


def _transposed_convolution(
    node: onnx.NodeProto, weight: str, kernel: Sequence[int]
) -> list[onnx.NodeProto]:
    source, _, bias = node.input
    (target,) = node.output
    first, second = f"{target}_channels_first", f"{target}_larger"
    return [
        helper.make_node("Transpose", [source], [first], perm=[0, 3, 1, 2]),
        helper.make_node(
            "ConvTranspose",
            [first, weight, bias],
            [second],
            kernel_shape=list(kernel),
            strides=[_STRIDE, _STRIDE],
        ),
        helper.make_node("Transpose", [second], [target], perm=[0, 2, 3, 1]),
    ]


def renamed(model: onnx.ModelProto, inputs: Sequence[str], outputs: Sequence[str]) -> None:
    """Give the graph's inputs and outputs these names, in their order, in place.

    Raises:
        InvalidRequestError: the graph has another number of them.
    """
    for kind, tensors, names in (
        ("inputs", model.graph.input, inputs),
        ("outputs", model.graph.output, outputs),
    ):
        if len(tensors) != len(names):
            raise InvalidRequestError(
                f"The converted graph has {len(tensors)} {kind} where {list(names)} are expected; "
                "the source is another version."
            )
    new = dict(
        zip(
            [tensor.name for tensor in (*model.graph.input, *model.graph.output)],
            [*inputs, *outputs],
            strict=True,
        )
    )
    for tensor in (*model.graph.input, *model.graph.output):
        tensor.name = new[tensor.name]
    for node in model.graph.node:
        node.input[:] = [new.get(name, name) for name in node.input]
        node.output[:] = [new.get(name, name) for name in node.output]


def halved(model: onnx.ModelProto) -> None:
    """Store float32 constants as float16 and a Cast where that loses nothing, in place."""
    used = {name for node in model.graph.node for name in node.input}
    casts: list[onnx.NodeProto] = []
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if tensor.name not in used or not _survives_half(array):
            continue
        name = f"{tensor.name}_half"
        casts.append(helper.make_node("Cast", [name], [tensor.name], to=onnx.TensorProto.FLOAT))
        tensor.CopyFrom(numpy_helper.from_array(array.astype(np.float16), name))
    replace_nodes(model, [*casts, *model.graph.node])


def _survives_half(array: NDArray[np.generic]) -> bool:
    if array.dtype != np.float32 or array.size < _SMALLEST_STORED_HALF:
        return False
    with np.errstate(over="ignore"):
        return bool(np.array_equal(array.astype(np.float16).astype(np.float32), array))


def replace_nodes(model: onnx.ModelProto, nodes: list[onnx.NodeProto]) -> None:
    """Make `nodes`, which may be the graph's own, the nodes of the graph."""
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(copies)
