"""The README's tables are those of the result files, and a GPU's results find their place."""

import json
import shutil
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.plot import Bar, write_bars
from benchmarks.report import HERE, NO_GPU, gpu_results, write_report


def copied(folder: Path) -> Path:
    shutil.copytree(HERE / "results", folder / "results")
    shutil.copy(HERE / "README.md", folder)
    return folder


def result(smoke: bool) -> dict[str, Any]:
    rows = [
        {"px": 512, "version": "official", "ms": 90.0, "speedup": 1.0},
        {"px": 512, "version": "unconditional_once", "ms": 45.0, "speedup": 2.0},
    ]
    return {
        "smoke": smoke,
        "facts": {"date": "2030-01-02", "chip": "Some Chip", "command": "python -m benchmarks.gpu"},
        "sections": {
            "passes": {"title": "Step", "rows": rows, "notes": []},
            "aims": {"title": "Aims", "rows": [{"aim": "x", "met": None}], "notes": ["Why."]},
        },
    }


def test_the_readme_is_what_the_command_writes(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    write_report(folder)
    assert (folder / "README.md").read_text() == (HERE / "README.md").read_text()
    for plot in (folder / "plots").iterdir():
        assert (HERE / "plots" / plot.name).is_file()


def test_every_committed_plot_is_shown() -> None:
    text = (HERE / "README.md").read_text()
    for plot in (HERE / "plots").iterdir():
        assert f"plots/{plot.name}" in text


def test_a_result_of_a_gpu_replaces_the_sentence(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    for old in (folder / "results").glob("gpu*.json"):
        old.unlink()
    (folder / "results" / "gpu-smoke.json").write_text(json.dumps(result(smoke=True)))
    assert gpu_results(folder / "results") == []
    write_report(folder)
    assert NO_GPU in (folder / "README.md").read_text()
    (folder / "results" / "gpu.json").write_text(json.dumps(result(smoke=False)))
    write_report(folder)
    text = (folder / "README.md").read_text()
    assert NO_GPU not in text
    assert "| unconditional_once | 45 | 2 |" in text
    assert "chip Some Chip" in text
    assert "- Why." in text
    assert (folder / "plots" / "gpu-512px.png").is_file()


def test_bars_are_as_long_as_their_values(tmp_path: Path) -> None:
    write_bars(tmp_path / "bars.png", "Bars", [Bar("a", 40.0, "40"), Bar("b", 10.0, "10")])
    picture = Image.open(tmp_path / "bars.png").convert("RGB")
    lengths = [
        sum(picture.getpixel((x, y)) == colour for x in range(picture.width))
        for y, colour in ((66, (154, 164, 175)), (96, (47, 111, 171)))
    ]
    assert abs(lengths[0] / lengths[1] - 4) < 0.1
