"""A graph with nothing in it but what it computes."""

import onnx
from onnx import helper

from mimo_export.analysis_models.rewrite import replace_nodes


def stripped(model: onnx.ModelProto, name: str) -> None:
    """Short names; no producer, documentation, metadata, unused parts, in place.

    Nodes and constants are put into the order in which the outputs ask for them, so that the
    result does not depend on the order in which the converter came upon them.
    """
    replace_nodes(model, _asked_for(model))
    public = {tensor.name for tensor in (*model.graph.input, *model.graph.output)}
    short: dict[str, str] = {"": ""}
    for node in model.graph.node:
        node.name, node.doc_string = "", ""
        for tensor_name in (*node.input, *node.output):
            if tensor_name not in short:
                short[tensor_name] = tensor_name if tensor_name in public else f"t{len(short)}"
        node.input[:] = [short[tensor_name] for tensor_name in node.input]
        node.output[:] = [short[tensor_name] for tensor_name in node.output]
    order = {tensor_name: index for index, tensor_name in enumerate(short)}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in short]
    kept.sort(key=lambda tensor: order[tensor.name])
    for tensor in kept:
        tensor.name, tensor.doc_string = short[tensor.name], ""
    _replace_initializers(model, kept)
    del model.graph.value_info[:]
    del model.metadata_props[:]
    model.graph.name = name
    model.graph.doc_string = model.doc_string = model.producer_version = model.domain = ""
    model.producer_name = "mimo_export.analysis_models"
    model.model_version = 0
    _only_used_domains(model)


def _asked_for(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    makers = {name: node for node in model.graph.node for name in node.output}
    ordered: dict[int, onnx.NodeProto] = {}
    waiting = [tensor.name for tensor in reversed(model.graph.output)]
    while waiting:
        node = makers.get(waiting[-1])
        if node is None or id(node) in ordered:
            waiting.pop()
            continue
        needed = [name for name in node.input if name in makers]
        missing = [name for name in needed if id(makers[name]) not in ordered]
        waiting.extend(reversed(missing))
        if not missing:
            ordered[id(node)] = node
    return list(ordered.values())


def _replace_initializers(model: onnx.ModelProto, tensors: list[onnx.TensorProto]) -> None:
    copies = [onnx.TensorProto.FromString(tensor.SerializeToString()) for tensor in tensors]
    del model.graph.initializer[:]
    model.graph.initializer.extend(copies)


def _only_used_domains(model: onnx.ModelProto) -> None:
    used = {node.domain for node in model.graph.node}
    kept = [(entry.domain, entry.version) for entry in model.opset_import if entry.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(helper.make_opsetid(*entry) for entry in kept)
