"""The networks that ship are what their manifest says."""

import hashlib
import json

import onnx
import pytest

from mimo_runtime.analysis.model import Network
from mimo_runtime.analysis.model_config import SHIPPED, shipped_models

ENTRIES = json.loads((SHIPPED / "manifest.json").read_text())["models"]
MOST_BYTES = 17_000_000


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["slot"])
def test_the_manifest_tells_the_truth(entry: dict) -> None:
    content = (SHIPPED / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    graph = onnx.load_from_string(content).graph
    for kind, tensors in (("inputs", graph.input), ("outputs", graph.output)):
        shapes = {t.name: [d.dim_value for d in t.type.tensor_type.shape.dim] for t in tensors}
        assert shapes == {spec["name"]: spec["shape"] for spec in entry[kind]}
    assert all((SHIPPED / name).stat().st_size > 1000 for name in entry["licence_files"])
    assert entry["licence"].startswith("Apache-2.0")
    assert entry["source"]["version"]
    assert all(len(digest) == 64 for digest in entry["source"]["files"].values())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["slot"])
def test_only_standard_operators_and_no_traces(entry: dict) -> None:
    model = onnx.load(SHIPPED / entry["file"])
    assert {node.domain for node in model.graph.node} == {""}
    assert not model.metadata_props
    assert not any(node.name or node.doc_string for node in model.graph.node)


def test_each_keeps_the_contract_of_its_slot() -> None:
    for choice in shipped_models().values():
        network = Network(choice)
        assert (network.width_px, network.height_px) == (256, 256)


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < MOST_BYTES
