"""float8 for the products of a denoiser that tolerate it, as standard quantisation nodes.

Weights and activations of convolutions and linear layers go through float8 E4M3 with one scale a
tensor, 448 at the largest magnitude that the calibration has seen. Left alone are the layers that
practice found sensitive: time embedding, first and last convolution, shortcuts, and the projections
out of a transformer (NVIDIA's demo/Diffusion, quantisation filter).

Three mantissa bits alone cost a relative error of 0.1 in the prediction of the sample bundle. The
gate stands a little above: a wrong scale or a saturated layer costs several times as much.
"""

import re
from collections.abc import Mapping

import numpy as np
import onnx_ir as ir

from mimo_export.plan_builder.graph_edits import (
    add_constant,
    drop_unused,
    insert_behind,
    is_constant,
    operation,
)
from mimo_runtime.errors import UnsupportedError

ARCHITECTURES = ("sm_89", "sm_90", "sm_100", "sm_103", "sm_120", "sm_121")
COMPONENTS = ("denoiser", "denoiser_unguided")
ERROR_LIMIT = 0.15
_LARGEST = 448.0
_SMALLEST_SCALE = 2.0**-14  # below it float16 loses digits
_FEWEST_CHANNELS = 16
_HALF = ir.DataType.FLOAT16
_FLOAT8 = ir.DataType.FLOAT8E4M3FN
_PRODUCTS = ("Conv", "Gemm", "MatMul")
_SENSITIVE = re.compile(r"time_embed|time_proj|conv_in|conv_out|conv_shortcut|norm_out|proj_out")


def quantise(graph: ir.Graph, largest: Mapping[str, float]) -> int:
    """Quantise a graph typed in float16, in place; returns how many products.

    `largest` are the magnitudes of its activations by the names of the float32 graph.
    """
    narrowed: dict[ir.Value, ir.Value] = {}
    products = [node for node in graph if _tolerates(node)]
    for node in products:
        activation, weight = node.inputs[0], node.inputs[1]
        assert activation is not None
        assert weight is not None
        if activation not in narrowed:
            size = largest[(activation.name or "").removesuffix(".float16")]
            narrowed[activation] = _through_float8(graph, activation, size, node)
        if weight not in narrowed:
            narrowed[weight] = _stored_in_float8(graph, weight, node)
        node.replace_input_with(0, narrowed[activation])
        node.replace_input_with(1, narrowed[weight])
    drop_unused(graph)
    return len(products)


def check_architecture(arch: str, measured: bool) -> None:
    """Refuse GPUs without float8, and building without the calibration that it needs.

    Raises:
        UnsupportedError: with the way out.
    """
    if arch not in ARCHITECTURES:
        raise UnsupportedError(
            f"fp8 needs a GPU of {', '.join(ARCHITECTURES)}, not {arch}; build it in fp16."
        )
    if not measured:
        raise UnsupportedError("fp8 is calibrated on the CPU; let the build measure.")


def check_quality(component: str, error: float) -> None:
    """The gate: refuse a network whose prediction suffers.

    Raises:
        UnsupportedError: with the error found and the limit.
    """
    if not error <= ERROR_LIMIT:
        raise UnsupportedError(
            f"{component}: in fp8 the relative error of the prediction on the calibration inputs "
            f"is {error:.3f}, the limit is {ERROR_LIMIT}; build it in fp16."
        )


def _tolerates(node: ir.Node) -> bool:
    if node.op_type not in _PRODUCTS:
        return False
    activation, weight = node.inputs[0], node.inputs[1]
    assert activation is not None
    assert weight is not None
    if activation.dtype != _HALF or is_constant(activation) or not is_constant(weight):
        return False
    sizes = weight.shape.numpy() if weight.shape is not None else ()
    few_channels = node.op_type == "Conv" and min(sizes[:2]) < _FEWEST_CHANNELS
    return not few_channels and not any(_SENSITIVE.search(name) for name in _names_near(node))


def _names_near(node: ir.Node) -> list[str]:
    """Names of a product's weights, and of the bias that is added behind it.

    Exported linear weights are transposed and lose their name; their bias keeps it.
    """
    near = [*node.inputs[1:]]
    for reader, _ in node.outputs[0].uses():
        if reader.op_type == "Add":
            near += [value for value in reader.inputs if is_constant(value)]
    return [value.name or "" for value in near if value is not None]


def _through_float8(graph: ir.Graph, value: ir.Value, size: float, reader: ir.Node) -> ir.Value:
    """An activation rounded to float8 and back, behind its producer."""
    name = value.name or ""
    pair = [_scale(graph, name, size), _zero(graph, name)]
    narrow = operation("QuantizeLinear", [value, *pair], f"{name}.float8", _FLOAT8)
    back = operation("DequantizeLinear", [narrow.outputs[0], *pair], f"{name}.restored", _HALF)
    result = insert_behind(graph, value, narrow, reader)
    return insert_behind(graph, result, back, reader)


def _stored_in_float8(graph: ir.Graph, weight: ir.Value, reader: ir.Node) -> ir.Value:
    """A weight kept in float8 in the file, restored where it is read."""
    name, tensor = weight.name or "", weight.const_value
    assert tensor is not None
    wide = tensor.numpy().astype(np.float32)
    scale = _scale(graph, name, float(np.abs(wide).max()))
    assert scale.const_value is not None
    narrow = np.clip(wide / scale.const_value.numpy().astype(np.float32), -_LARGEST, _LARGEST)
    stored = ir.Tensor(narrow.astype(_FLOAT8.numpy()), dtype=_FLOAT8, name=f"{name}.float8")
    inputs = [add_constant(graph, stored), scale, _zero(graph, name)]
    back = operation("DequantizeLinear", inputs, f"{name}.restored", _HALF)
    graph.insert_before(reader, back)
    return back.outputs[0]


def _scale(graph: ir.Graph, name: str, size: float) -> ir.Value:
    scale = np.array(max(size / _LARGEST, _SMALLEST_SCALE), np.float16)
    return add_constant(graph, ir.Tensor(scale, name=f"{name}.scale"))


def _zero(graph: ir.Graph, name: str) -> ir.Value:
    zero = np.zeros((), _FLOAT8.numpy())
    return add_constant(graph, ir.Tensor(zero, dtype=_FLOAT8, name=f"{name}.zero"))
