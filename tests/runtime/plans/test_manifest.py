import json
from pathlib import Path
from typing import Any

import pytest

from mimo_runtime.plans.manifest import manifest_from_json
from tests.runtime.plans.plans import write_plan


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    manifest = write_plan(tmp_path / "b").manifest
    assert manifest_from_json(manifest.to_json()) == manifest


def _later(values: dict[str, Any]) -> None:
    values["key"]["schema"] = 99


def _outside(values: dict[str, Any]) -> None:
    values["files"]["../bundle.json"] = values["files"]["time_embedding.plan"]


def _absolute(values: dict[str, Any]) -> None:
    values["files"]["/etc/passwd"] = values["files"]["time_embedding.plan"]


def _unlisted(values: dict[str, Any]) -> None:
    del values["files"]["time_embedding.plan"]


def _unlisted_kernel(values: dict[str, Any]) -> None:
    del values["files"]["kernels/gather_latents.ptx"]


def _strange_precision(values: dict[str, Any]) -> None:
    values["key"]["precision"] = "int4"


def _without_key(values: dict[str, Any]) -> None:
    del values["key"]


def _flat_grid(values: dict[str, Any]) -> None:
    values["kernels"][0]["grid"] = [1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_later, "schema 99"),
        (_outside, "leads out"),
        (_absolute, "leads out"),
        (_unlisted, "time_embedding.plan"),
        (_unlisted_kernel, "gather_latents.ptx"),
        (_strange_precision, "int4"),
        (_without_key, "key"),
        (_flat_grid, "unpack"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, change: Any, words: str) -> None:
    values = json.loads(write_plan(tmp_path / "b").manifest.to_json())
    change(values)
    with pytest.raises(ValueError, match=words):
        manifest_from_json(json.dumps(values))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"key": 3}'])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        manifest_from_json(text)
