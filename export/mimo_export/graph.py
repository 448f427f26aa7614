"""One torch module to one ONNX graph with fixed shapes and the `mimo` functions inside."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import onnx
import onnx_ir as ir
import torch
from torch import Tensor, nn

from mimo_export import functions
from mimo_kernels import attention
from mimo_runtime.bundle import TensorSpec

_DTYPES = {
    ir.DataType.FLOAT: "float32",
    ir.DataType.INT64: "int64",
    ir.DataType.BOOL: "bool",
}


_TALKATIVE = ("torch.onnx", "onnxscript", "onnx_ir")


@dataclass(frozen=True, slots=True)
class Graph:
    """A module to export: example inputs fix the shapes; names are the bundle's tensor names.

    `unconditional_rows` and `conditional_rows` count the rows that reference attention leaves
    without and with the reference (both 0 where the module has none).
    """

    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]
    unconditional_rows: int = 0
    conditional_rows: int = 0


def onnx_from_graph(graph: Graph) -> tuple[ir.Model, list[TensorSpec], list[TensorSpec]]:
    """Export, attach the functions and state inputs and outputs with their fixed shapes."""
    arguments = tuple(graph.inputs.values())
    with _quiet(), torch.no_grad():
        program = torch.onnx.export(
            graph.module,
            arguments,
            dynamo=True,
            opset_version=functions.OPSET,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            verbose=False,
        )
    assert program is not None
    model = program.model
    _attach(model, _needed_functions(model, graph))
    _forget_origin(model, type(graph.module).__name__)
    return model, _specs(model.graph.inputs), _specs(model.graph.outputs)


def _needed_functions(model: ir.Model, graph: Graph) -> list[onnx.FunctionProto]:
    known = (
        functions.temporal_function(),
        functions.reference_function(graph.unconditional_rows, graph.conditional_rows),
    )
    used = {node.op_type for node in model.graph if node.domain == attention.DOMAIN}
    return [function for function in known if function.name in used]


def _attach(model: ir.Model, protos: Sequence[onnx.FunctionProto]) -> None:
    for proto in protos:
        function = ir.serde.deserialize_function(proto)
        model.functions[function.identifier()] = function
        model.opset_imports[attention.DOMAIN] = attention.DOMAIN_VERSION
        model.opset_imports[functions.CONTRIB] = 1


def _forget_origin(model: ir.Model, name: str) -> None:
    """Drop the exporter's notes: they are megabytes and tell paths of the exporting machine."""
    model.graph.name = name
    model.metadata_props.clear()
    for value in (*model.graph.inputs, *model.graph.initializers.values()):
        value.metadata_props.clear()
    parts: list[ir.Graph | ir.Function] = [model.graph, *model.functions.values()]
    for part in parts:
        part.metadata_props.clear()
        part.doc_string = None
        for node in part:
            node.metadata_props.clear()
            node.doc_string = None
            for value in node.outputs:
                value.metadata_props.clear()


def _specs(values: Sequence[ir.Value]) -> list[TensorSpec]:
    """What the graph says of its inputs or outputs; nothing is computed for it."""
    return [_spec(value) for value in values]


def _spec(value: ir.Value) -> TensorSpec:
    assert value.name is not None
    assert value.shape is not None
    assert value.dtype is not None
    return TensorSpec(value.name, tuple(value.shape.numpy()), _DTYPES[value.dtype])


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter's running commentary is not for our users."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
