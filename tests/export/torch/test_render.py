"""`mimo render --engine torch`: found by its entry point, it draws what ONNX Runtime does."""

import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mimo_runtime.cli import main
from mimo_runtime.sample import BUNDLE, CHARACTER, TEMPLATE, YARD
from tests.bundles import SMALL_BUNDLE

GROUP = "mimo.engines"
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry points of pyproject.toml, also where the project is not installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [f"{name} = {target}" for name, target in project["entry-points"][GROUP].items()]
    folder = tmp_path / "site" / "mimo_engines-0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: mimo-engines\nVersion: 0\n")
    (folder / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]) + "\n")
    monkeypatch.syspath_prepend(tmp_path / "site")


@pytest.fixture(scope="module")
def short_yard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template with postures, three frames of it."""
    folder = tmp_path_factory.mktemp("short") / "yard"
    shutil.copytree(YARD, folder)
    config = {"fps": 15, "time_crop": {"start_idx": 0, "end_idx": 6}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def rendered(engine: str, bundle: Path, template: Path, folder: Path) -> np.ndarray:
    paths = ["--bundle", bundle, "--character", CHARACTER, "--template", template, "-o", folder]
    with pytest.raises(SystemExit) as end:
        main(["render", "--steps", "2", "--engine", engine, *map(str, paths)])
    assert end.value.code == 0
    return np.stack([np.asarray(Image.open(path)) for path in sorted(folder.iterdir())])


@pytest.mark.parametrize("paints", ["square", "human"])
def test_same_frames_as_onnx_runtime(paints: str, short_yard: Path, tmp_path: Path) -> None:
    """Of a bundle that paints whole squares, and of the one that ships, which paints people."""
    inputs = (SMALL_BUNDLE, TEMPLATE) if paints == "square" else (BUNDLE, short_yard)
    found = rendered("torch", *inputs, tmp_path / "torch")
    wanted = rendered("onnxruntime", *inputs, tmp_path / "onnxruntime")
    difference = np.abs(found.astype(int) - wanted)
    assert difference.max() <= 1  # a level that lay between two
    assert (difference > 0).mean() < 1e-3
    assert wanted.std() > 10
