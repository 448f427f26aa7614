"""A shot that begins with a driving video and a picture: every step of its job, by one scheduler
or by hand.
"""

from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.farm.shot_folder import open_shot
from tests.runtime.cli.commands import content, run, write_whole_shot
from tests.runtime.provenance.people import decoded


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    return write_whole_shot(tmp_path)


def test_open_job_description_does_all_of_it_once(
    shot: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = shot.parent / "out"
    assert run("farm", "submit", shot, "--to", "openjd") == 0
    told = capfd.readouterr().out
    assert "the shot ends with frame 4" in told  # of the last segment, which has none
    assert len(open_shot(out / "shot").shot.frames) == 4

    assert run("render", shot, "-o", shot.with_name("whole.mp4")) == 0
    told = capfd.readouterr().err
    assert "already the template" in told
    assert "already the character" in told
    assert np.array_equal(decoded(out / "shot.mp4"), decoded(shot.with_name("whole.mp4")))


def test_each_step_is_a_command_with_the_shot_file(
    shot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = shot.parent / "out"
    assert run("character", shot, "--openjd") == 0
    assert sorted(path.name for path in out.iterdir()) == ["shot.character"]
    assert run("decompose", shot, "--openjd") == 0
    assert "openjd_progress: 100" in capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == ["shot.character", "shot.template"]
    assert run("render", shot, "--segment", "2") == 2
    assert "there are 2, counted from 0" in capsys.readouterr().err
    assert run("render", shot, "--segment", "2", "--clamp") == 0
    assert run("render", shot, "--frames", "4-6", "--clamp") == 0
    assert list(content(out / "shot" / "frames")) == ["frame.0004.png"]

    shot.write_text(shot.read_text().replace("prepare: {size: 352}\n", ""))
    assert run("character", shot) == 2
    assert "does not say 'prepare'; add it" in capsys.readouterr().err
    shot.write_text(shot.read_text().replace("driving: walk.mp4", "template: out/shot.template"))
    assert run("decompose", shot) == 2
    assert "names no driving video" in capsys.readouterr().err
    assert run("render", shot, "--frames", "4") == 2
    assert "character/fit.npz" in capsys.readouterr().err
