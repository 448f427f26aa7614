"""Shots handed to schedulers: Open Job Description's session, OpenCue's library, real Ray.

OpenCue is used by a Python that has it, which `make test` makes: `MIMO_OPENCUE_PYTHON` names it
(opencue-pyoutline, packaging, opencue-rqd). Without it, or without ray, tests are skipped.
"""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from mimo_runtime.farm.opencue import FRAME, outline_job
from mimo_runtime.farm.shot_file import read_shot
from mimo_runtime.farm.steps import shot_steps
from tests.runtime.cli.commands import PATIENCE_S, check_result, run, started, write_whole_shot

HERE = Path(__file__).parent
NOBODY = 1000


def opencue_python() -> str:
    python = os.environ.get("MIMO_OPENCUE_PYTHON", "")
    if not python:
        pytest.skip("needs opencue; name a Python that has it in MIMO_OPENCUE_PYTHON")
    return python


@pytest.fixture
def whole_shot(tmp_path: Path) -> Path:
    """Of a driving video and a picture."""
    return write_whole_shot(tmp_path)


def test_a_session_of_open_job_description(shot: Path) -> None:
    assert run("farm", "submit", shot, "--to", "openjd") == 0
    assert shot.with_suffix(".openjd.json").is_file()
    check_result(shot)


def test_what_fails_there_is_told(shot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("farm", "submit", shot, "--to", "openjd", "--devices", "2") == 2
    assert "--devices and --address are of ray" in capsys.readouterr().err


@contextmanager
def cuebot(python: str, spec: Path) -> Iterator[str]:
    """Something that answers as Cuebot does to a launch, and keeps the specification."""
    command = [python, HERE / "cuebot.py", spec]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def test_opencue_gets_a_job_whose_frames_make_the_result(
    whole_shot: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    python = opencue_python()
    spec = whole_shot.with_name("spec.xml")
    monkeypatch.setenv("PLACE", str(whole_shot.parent))
    whole_shot.write_text(whole_shot.read_text().replace("driving: ", "driving: $PLACE/"))
    monkeypatch.setenv("MIMO_OPENCUE_PYTHON", python)
    with cuebot(python, spec) as address:
        monkeypatch.setenv("CUEBOT_HOSTS", address)
        assert run("farm", "submit", whole_shot, "--to", "opencue") == 0
    assert ": launched." in capsys.readouterr().out
    written = ElementTree.fromstring(spec.read_text())
    layers = {layer.get("name"): layer for layer in written.iter("layer")}
    assert list(layers) == ["decompose", "character", "render", "stitch"]
    assert (layers["render"].findtext("range"), layers["render"].findtext("chunk")) == ("0-2", "1")
    assert written.findtext(".//env/key[@name='PLACE']") == str(whole_shot.parent)
    depends = list(written.iter("depend"))
    assert sorted((each.findtext("deplayer"), each.findtext("onlayer")) for each in depends) == [
        *(("render", "character"), ("render", "decompose"), ("stitch", "render"))
    ]

    for layer in layers.values():
        for number in range(3 if layer.get("name") == "render" else 1):
            typed = (layer.findtext("cmd") or "").replace("#IFRAME#", str(number))
            program, *arguments = shlex.split(typed)
            assert Path(program).name == "mimo"
            assert run(*arguments) == 0
    check_result(whole_shot)


def test_without_the_library_or_a_cuebot_it_is_a_sentence(
    shot: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIMO_OPENCUE_PYTHON", "/usr/bin/env")
    bare = shot.with_name("python")
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setenv("MIMO_OPENCUE_PYTHON", str(bare))
    assert run("farm", "submit", shot, "--to", "opencue") == 8
    assert "library is missing (No module named 'outline'); install" in capsys.readouterr().err


def on_ray(shot: Path) -> "subprocess.Popen[str]":
    pytest.importorskip("ray")
    return started("farm", "submit", shot, "--to", "ray", "--devices", 2)


def workers_of(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """The actors, which Ray's raylet has started."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it has just ended
            found += [child] if "Worker" in "".join(child.cmdline()[:1]) else []
    return found


def test_ray_loses_nothing_when_workers_are_killed(shot: Path) -> None:
    """A worker is killed at its first segment; the result is that of one process."""
    process = on_ray(shot)
    give_up_at_s = time.monotonic() + PATIENCE_S
    work = shot.parent / "out" / "shot"
    while not any(work.glob(".work-*")) and process.poll() is None:
        assert time.monotonic() < give_up_at_s
        time.sleep(0.01)
    victims = workers_of(process)
    assert victims
    victims[0].kill()
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, out + err
    assert "the worker was lost; another begins it anew" in out
    check_result(shot)


def test_ray_makes_a_shot_of_a_driving_video_and_a_picture(whole_shot: Path) -> None:
    out, err = on_ray(whole_shot).communicate(timeout=PATIENCE_S)
    assert "the shot ends with frame 4" in out, err
    check_result(whole_shot)


def test_what_ray_cannot_render_is_the_sentence_of_the_render(shot: Path) -> None:
    shot.write_text(shot.read_text() + "overlap: 0\nsound: shot.yaml\n")
    out, err = on_ray(shot).communicate(timeout=PATIENCE_S)
    assert re.search(r"The segment \d-\d cannot be made: 'shot.yaml' is no sound", err), out


@pytest.fixture
def shared_shot(shot: Path) -> Iterator[Path]:
    """The same shot in a folder that every user may write into, as farms have it."""
    folder = Path(tempfile.mkdtemp(prefix="mimo-shared-"))
    shutil.copytree(shot.parent, folder, dirs_exist_ok=True)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    try:
        yield folder / shot.name
    finally:
        shutil.rmtree(folder)


def frame_user(*programs: Path | str) -> int:
    """Whose frames are: nobody's in particular, where root's tests can start `programs` so."""
    if os.getuid():
        return os.getuid()
    nobody: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    try:
        for program in programs:
            subprocess.run([program, "--version"], check=True, capture_output=True, **nobody)
    except (OSError, subprocess.CalledProcessError):  # they lie where root alone may look
        return 0
    return NOBODY


def test_a_frame_runs_under_the_real_rqd(shared_shot: Path) -> None:
    """OpenCue's daemon starts the command of a frame, and hears how it ends."""
    python = opencue_python()
    mimo = Path(sys.executable).with_name("mimo")
    user = frame_user(python, mimo)
    file = read_shot(shared_shot)
    render, _stitch = outline_job(file, shot_steps(file, range(8)), str(mimo))["layers"]
    for number, expected in ((1, 0), (7, 2)):
        command = " ".join(render["command"]).replace(FRAME, str(number))
        ran = subprocess.run(
            [python, HERE / "rqd_frame.py", shared_shot.parent, str(user), command],
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        told = [path.read_text() for path in shared_shot.parent.glob("*.rqlog")]
        assert ran.stdout.strip() == str(expected), (ran.stderr, told)
    frames = shared_shot.parent / "out" / "shot" / "frames"
    users = [path.stat().st_uid for path in frames.glob("*.png")]
    assert users == [user] * 3
