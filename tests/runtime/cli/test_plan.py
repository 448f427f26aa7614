"""`mimo plan` and shot files at the command line, on the clip that ships."""

import json
from pathlib import Path

import pytest

from mimo_runtime.sample import CHARACTER, TEMPLATE, YARD
from tests.bundles import SMALL_BUNDLE
from tests.runtime.cli.commands import run
from tests.runtime.serving.calls import shorten


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """Of 32 frames."""
    path = tmp_path / "shot.yaml"
    lines = [
        "shot: 1",
        f"bundle: {SMALL_BUNDLE}",
        f"character: {CHARACTER}",
        f"template: {TEMPLATE}",
        "first_frame: 1001",
        "segment_frames: 12",
        "output: renders/010",
        "settings: {steps: 3, guidance: 1, mode: corrected}",
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_plan_has_every_frame_once_and_says_what_is_exact(
    shot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("plan", shot) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["frames"], plan["rate_fps"], plan["size_px"]) == ([1001, 1032], "20", [256, 192])
    made = [f for s in plan["segments"] for f in range(s["frames"][0], s["frames"][1] + 1)]
    assert made == list(range(1001, 1033))
    assert sorted({f for window in plan["windows"] for f in window}) == made
    assert plan["passes"] == 3 * len(plan["windows"])
    assert all(segment["exact"] for segment in plan["segments"])
    assert all(0 < s["passes"] <= plan["passes"] for s in plan["segments"])
    assert all(s["reads"][0] <= s["frames"][0] for s in plan["segments"])
    assert plan["settings"]["steps"] == 3
    assert all(context["crop_px"][0] >= 0 for context in plan["contexts"])
    assert run("plan", shot, "--frames", "1001-1008", "--overlap", "0", "--framing", "whole") == 0
    (segment,) = json.loads(capsys.readouterr().out)["segments"]
    assert (segment["exact"], segment["exact_steps"]) == (False, 1)


def test_what_a_render_would_warn_of_stands_in_it(tmp_path: Path) -> None:
    given = {"bundle": SMALL_BUNDLE, "character": CHARACTER, "template": YARD}
    options = [part for name, path in given.items() for part in (f"--{name}", path)]
    assert run("plan", *options, "-o", tmp_path / "plan.json") == 0
    plan = json.loads((tmp_path / "plan.json").read_bytes())
    assert 0.5 < plan["preflight"]["height_ratio"] < 2
    assert plan["preflight"]["face_px"] > 0
    assert any("The face is small" in sentence for sentence in plan["warnings"])


def test_a_shot_file_is_rendered_and_options_go_before_it(
    shot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shot.write_text(shot.read_text().replace(str(TEMPLATE), "template"))
    shorten(TEMPLATE, tmp_path)
    assert run("render", shot, "--frames", "1003", "--steps", "1") == 0
    folder = tmp_path / "renders" / "010"
    assert [path.name for path in (folder / "frames").iterdir()] == ["frame.1003.png"]
    record = json.loads((folder / "shot.json").read_bytes())
    assert record["recipe"]["settings"]["steps"] == 1
    assert run("render", shot, "--steps", "1") == 0
    assert (tmp_path / "renders" / "010.mp4").is_file()
    shot.write_text(shot.read_text() + "colours: none\n")
    assert run("render", shot, "--frames", "1003") == 2
    assert "shot.yaml, line 9: there is no 'colours'" in capsys.readouterr().err
