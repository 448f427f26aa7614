"""`mimo render --frames` and `mimo stitch` on real networks, ended by signals at any moment."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mimo_runtime.sample import CHARACTER, TEMPLATE
from tests.bundles import SMALL_BUNDLE
from tests.runtime.cli.commands import content, run
from tests.runtime.serving.calls import shorten

PATIENCE_S = 300
COMMAND = "from mimo_runtime.cli import main; main()"
SLOW_RENAMES = f"""
import os, sys, time
replace = os.replace
def slowly(source, target):
    replace(source, target)
    print("renamed", file=sys.stderr)
    time.sleep(0.2)
    if str(target).endswith((".png", ".npz", ".json")):
        raise FileNotFoundError(2, "the answer was lost, and the rename sent again", str(source))
os.replace = slowly
{COMMAND}
"""


@pytest.fixture(scope="module")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Of 8 frames, one step."""
    template = shorten(TEMPLATE, tmp_path_factory.mktemp("short"))
    given = {"bundle": SMALL_BUNDLE, "character": CHARACTER, "template": template}
    paths = [part for name, path in given.items() for part in (f"--{name}", str(path))]
    return [*paths, "--steps", "1", "--guidance", "1", "--mode", "corrected"]


def begun(
    arguments: list[str], reached: Callable[[], bool], *python: str
) -> "subprocess.Popen[str]":
    """A render by such a `python`, once `reached` says so."""
    command = [sys.executable, "-c", *(python or [COMMAND]), "render", *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    give_up_at_s = time.monotonic() + PATIENCE_S
    while not reached() and process.poll() is None and time.monotonic() < give_up_at_s:
        time.sleep(0.005)
    return process


def test_stitched_segments_are_the_whole_render_and_are_made_once(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shot = tmp_path / "shot"
    assert run("render", *arguments, "--frames", "4-6", "-o", shot) == 0
    assert run("stitch", shot) == 3
    assert "The frames 1-3, 7-8 of" in capsys.readouterr().err
    assert run("render", *arguments, "--frames", "1-8x3", "--devices", 2, "-o", shot) == 0
    told = capsys.readouterr().out
    assert [line.split(": ")[1].split(" in ")[0] for line in told.splitlines()] == [
        "frames 4-6 already there.",
        "frames 1-3 rendered",
        "frames 7-8 rendered",
    ]
    unsigned = "--unsigned"  # a signature is another one each time
    assert run("stitch", shot, unsigned) == 0
    assert run("render", *arguments, unsigned, "-o", tmp_path / "whole.mp4") == 0
    assert (tmp_path / "shot.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()


def test_another_render_into_the_same_folder_is_refused(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shot = tmp_path / "shot"
    assert run("render", *arguments, "--frames", "8", "-o", shot) == 0
    assert run("render", *arguments, "--frames", "7", "--seed", "1", "-o", shot) == 2
    assert "differs in seed (42, now 1); choose another folder" in capsys.readouterr().err
    assert run("render", *arguments, "--frames", "5-9", "-o", shot) == 2
    assert "the shot has the frames 1-8; ask" in capsys.readouterr().err


def test_a_scheduler_that_ends_it_is_told_to_try_again(
    arguments: list[str], tmp_path: Path
) -> None:
    shot = tmp_path / "shot"
    process = begun([*arguments, "--frames", "1-8", "-o", str(shot)], (shot / "shot.json").is_file)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 75
    assert "run the same command again" in told
    assert list(shot.glob(".*")) == []
    assert list((shot / "segments").glob("*")) == []


def test_one_that_is_killed_is_made_again_and_leaves_nothing(
    arguments: list[str], tmp_path: Path
) -> None:
    shot = tmp_path / "shot"
    whole = [*arguments, "--frames", "1-8", "-o", str(shot)]
    process = begun(whole, lambda: any(shot.glob("frames/*")))
    process.kill()
    process.communicate(timeout=PATIENCE_S)
    assert run("render", *arguments, "--frames", "1-8", "-o", shot) == 0
    assert run("stitch", shot, "-o", tmp_path / "frames") == 0
    assert list(shot.glob(".*")) == []


@pytest.mark.parametrize("name", ["out.mp4", "out"])
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_whole_render_that_is_ended_leaves_nothing_for_long(
    arguments: list[str], tmp_path: Path, name: str, end: signal.Signals
) -> None:
    whole = [*arguments, "-o", str(tmp_path / name)]
    process = begun(whole, lambda: any(tmp_path.glob(".out*")))
    process.send_signal(end)
    process.communicate(timeout=PATIENCE_S)
    if end is signal.SIGTERM:
        assert process.returncode == 75
        assert list(tmp_path.iterdir()) == []
    else:
        assert [path.name.startswith(".out") for path in tmp_path.iterdir()] == [True]
    assert run("render", *whole) == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_renames_that_are_slow_and_whose_answers_are_lost_do_no_harm(
    arguments: list[str], tmp_path: Path
) -> None:
    """As over NFS: a worker is killed between a frame's name and the answer, and another made."""
    shot = tmp_path / "shot"
    segment = [*arguments, "--frames", "1-8", "--layers", "-o", str(shot)]
    process = begun(segment, lambda: any(shot.glob("frames/*")), SLOW_RENAMES)
    process.kill()
    process.communicate(timeout=PATIENCE_S)
    first = content(shot / "frames")
    process = begun(segment, lambda: False, SLOW_RENAMES)
    _, told = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, told
    assert told.count("renamed") >= 17  # frames, their layers, what the segment says of itself
    frames = content(shot / "frames")
    assert len(frames) == 16
    assert first.items() <= frames.items()
    assert list(shot.glob(".*")) == []
    assert run("stitch", shot, "-o", tmp_path / "frames") == 0


def test_a_draft_has_no_segments(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("render", *arguments, "--draft", "--frames", "1-4", "-o", tmp_path / "shot") == 2
    assert "A draft is of the whole clip" in capsys.readouterr().err
