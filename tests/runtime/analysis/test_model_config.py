"""Which network fills which slot."""

import json
from pathlib import Path

import pytest

from mimo_runtime.analysis.model_config import read_models, shipped_models
from mimo_runtime.errors import InvalidRequestError
from tests.runtime.analysis.networks import mean_plane


def written(folder: Path, content: object) -> Path:
    path = folder / "models.json"
    path.write_text(json.dumps(content))
    return path


def test_three_slots_are_filled_by_what_ships() -> None:
    shipped = shipped_models()
    assert set(shipped) == {"people", "body", "matte"}
    assert all(choice.file.is_file() for choice in shipped.values())


def test_the_users_network_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    mean_plane(tmp_path / "m.onnx")
    chosen = read_models(written(tmp_path, {"matte": "m.onnx"}))
    assert chosen["matte"].file == tmp_path / "m.onnx"
    assert chosen["body"] == shipped_models()["body"]


def test_depth_is_fed_like_midas_unless_told_otherwise(tmp_path: Path) -> None:
    mean_plane(tmp_path / "d.onnx")
    default = read_models(written(tmp_path, {"depth": "d.onnx"}))["depth"]
    assert (default.mean, default.meaning) == ((0.485, 0.456, 0.406), "inverse_depth")
    settings = {"file": "d.onnx", "mean": [0, 0, 0], "meaning": "distance", "size_px": [8, 6]}
    told = read_models(written(tmp_path, {"depth": settings}))["depth"]
    assert (told.mean, told.meaning, told.size_px) == ((0, 0, 0), "distance", (8, 6))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"head": "d.onnx"}, "names the slot 'head'; there are people, body, matte, depth"),
        ({"depth": "missing.onnx"}, r"missing.onnx, chosen for 'depth' in .*, is no file"),
        ({"depth": 3}, "has to be the path of an ONNX file"),
        ({"depth": {"size_px": [8, 6]}}, "has to be the path of an ONNX file"),
        ({"depth": {"file": "d.onnx", "sise": 1}}, "has a setting 'sise'"),
        ({"depth": {"file": "d.onnx", "mean": [1, 2]}}, "three finite numbers"),
        ({"depth": {"file": "d.onnx", "std": [1, 1, 0]}}, "each above 0"),
        ({"depth": {"file": "d.onnx", "std": [1, 1, float("nan")]}}, "three finite numbers"),
        ({"depth": {"file": "d.onnx", "mean": [float("inf"), 0, 0]}}, "three finite numbers"),
        ({"depth": {"file": "d.onnx", "size_px": [8]}}, r"\[width, height\]"),
        ({"depth": {"file": "d.onnx", "size_px": [8, -1]}}, r"\[width, height\]"),
        ({"depth": {"file": "d.onnx", "meaning": "far"}}, "inverse_depth, distance"),
        ({"people": {"file": "d.onnx", "meaning": "far"}}, "none to choose from"),
        (["d.onnx"], "no mapping of slots"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, content: object, words: str) -> None:
    mean_plane(tmp_path / "d.onnx")
    with pytest.raises(InvalidRequestError, match=words):
        read_models(written(tmp_path, content))


def test_a_file_that_is_missing_or_no_json_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be read as JSON"):
        read_models(tmp_path / "nothing.json")
    (tmp_path / "m.json").write_text("{")
    with pytest.raises(InvalidRequestError, match="cannot be read as JSON"):
        read_models(tmp_path / "m.json")
