import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.decompose_speed import main


def test_every_stage_of_every_camera_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "speed.json"

    run = CliRunner().invoke(main, ["--size", "192", "--frames", "8", "--json", str(path)])

    assert run.exit_code == 0, run.output
    clips = json.loads(path.read_text())["clips"]
    assert [clip["camera"] for clip in clips] == ["static", "pan", "hand"]
    for clip in clips:
        assert list(clip["stages_s"]) == ["people", "body", "fit", "draw", "layers", "write"]
        assert 0 < sum(clip["stages_s"].values()) <= clip["all_s"]
        assert clip["frames_per_s"] * clip["all_s"] == pytest.approx(clip["frames"])
        assert 1 <= clip["frames"] <= 8
