import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx_ir as ir
import pytest

from mimo_export.plan_builder.attention_nodes import (
    NO_PLUGINS,
    PLUGIN_ATTRIBUTES,
    attention_nodes,
    with_tactics,
)
from mimo_export.store import WeightStore
from mimo_networks.operators import PLUGIN_ATTRIBUTES as EXPORTED
from mimo_runtime.plans.manifest import AttentionNode


class SmallOnly:
    """Plugins that take nodes up to so many tokens."""

    def __init__(self, tokens: int) -> None:
        self.tokens = tokens
        self.asked: list[tuple[str, tuple[int, ...], dict[str, int]]] = []

    def unsupported_reason(
        self,
        name: str,
        shapes: Sequence[tuple[int, ...]],
        attributes: Mapping[str, int],
        dtype: str,  # noqa: ARG002
    ) -> str | None:
        self.asked.append((name, shapes[0], dict(attributes)))
        return None if shapes[0][1] <= self.tokens else f"{shapes[0][1]} tokens are too many."


@pytest.fixture
def denoiser(small_bundle: Path) -> ir.Model:
    return ir.load(small_bundle / "denoiser_unguided.onnx")


def _mimo(model: ir.Model) -> list[ir.Node]:
    return [node for node in model.graph if node.domain == "mimo"]


def test_without_plugins_every_node_is_written_out(denoiser: ir.Model) -> None:
    nodes = attention_nodes(denoiser.graph, None, "fp16")
    assert len(nodes) == 36
    assert {node.fallback for node in nodes} == {NO_PLUGINS}
    assert _mimo(denoiser) == []
    written = {node.name for node in denoiser.graph if node.op_type == "Attention"}
    assert written == {node.node for node in nodes}


def test_plugins_are_asked_about_every_node_with_its_own_attributes(denoiser: ir.Model) -> None:
    plugins = SmallOnly(10**6)
    nodes = attention_nodes(denoiser.graph, plugins, "fp16")
    assert len(plugins.asked) == 36
    assert {name: set(attributes) for name, _, attributes in plugins.asked} == {
        "ReferenceAttention": {"heads", "unconditional_rows"},
        "TemporalAttention": {"heads", "frames"},
    }
    assert {node.fallback for node in nodes} == {""}


def test_the_frame_mask_becomes_int32_once_for_all_plugins(denoiser: ir.Model) -> None:
    attention_nodes(denoiser.graph, SmallOnly(10**6), "fp16")
    temporal = [node for node in _mimo(denoiser) if node.op_type == "TemporalAttention"]
    masks = {node.inputs[3] for node in temporal}
    assert [(m.name, m.dtype) for m in masks if m] == [("frame_mask.int32", ir.DataType.INT32)]
    assert denoiser.graph.inputs[4].dtype == ir.DataType.BOOL


def test_a_graph_prepared_for_plugins_is_valid(denoiser: ir.Model, tmp_path: Path) -> None:
    attention_nodes(denoiser.graph, SmallOnly(64), "fp16")
    with WeightStore(tmp_path) as store:
        store.save(denoiser, "prepared.onnx")  # the ONNX checker looks at it here


def test_a_node_that_no_plugin_takes_is_written_out_and_says_why(denoiser: ir.Model) -> None:
    nodes = attention_nodes(denoiser.graph, SmallOnly(64), "fp16")
    assert {node.fallback for node in nodes} == {"", "256 tokens are too many."}
    assert {n.node for n in nodes if not n.fallback} == {n.name for n in _mimo(denoiser)}


def test_standard_attention_is_the_engines(small_bundle: Path) -> None:
    nodes = attention_nodes(ir.load(small_bundle / "vae_decoder.onnx").graph, None, "fp16")
    assert [(node.operator, node.kernel) for node in nodes] == [("Attention", "the engine's own")]


def test_the_attributes_are_those_that_the_exporter_writes() -> None:
    assert set(PLUGIN_ATTRIBUTES) == set(EXPORTED)


def test_tactics_come_from_the_inspector() -> None:
    layers = {
        "Layers": [
            {"Name": "a", "TacticName": "fast", "Metadata": "[ONNX Layer: n1][ONNX Layer: n2]"},
            {"Name": "b", "Metadata": "[ONNX Layer: n3]"},
            "a layer of a plan without details",
        ]
    }
    nodes = tuple(AttentionNode(name, "Attention", "own") for name in ("n1", "n2", "n3", "n4"))
    kernels = [node.kernel for node in with_tactics(nodes, json.dumps(layers))]
    assert kernels == ["own, fast", "own, fast", "own", "own"]
