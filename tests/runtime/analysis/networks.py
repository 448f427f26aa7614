"""Tiny ONNX networks made on the spot."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from mimo_runtime.analysis.model_config import NetworkChoice

BLACK, WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


def save(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    constants: Sequence[onnx.TensorProto] = (),
) -> Path:
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def tensor(name: str, shape: Sequence[int | str], kind: int = TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def mean_plane(path: Path, size: Sequence[int | str] = (6, 8), *, first: bool = True) -> Path:
    """The mean of the colours as one plane, of [1, 3, h, w] (`first`) or [1, h, w, 3]."""
    axes = numpy_helper.from_array(np.array([1 if first else 3]), "axes")
    node = helper.make_node("ReduceMean", ["picture", "axes"], ["plane"], keepdims=int(first))
    shape = (1, 3, *size) if first else (1, *size, 3)
    out = (1, 1, *size) if first else (1, *size)
    return save(path, [node], [tensor("picture", shape)], [tensor("plane", out)], [axes])


def choice(slot: str, path: Path, mean=BLACK, std=WHITE, **settings) -> NetworkChoice:
    return NetworkChoice(slot, path, mean, std, **settings)
