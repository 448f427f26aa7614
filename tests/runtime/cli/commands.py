"""The command line as tests give it, and shot files of the clip that ships."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mimo_runtime.cli import main
from mimo_runtime.farm.shot_folder import open_shot
from mimo_runtime.farm.stitch import check_shot
from mimo_runtime.sample import CHARACTER, TEMPLATE
from tests.bundles import SMALL_BUNDLE
from tests.runtime.decomposition.clips import empty_yard, walking, write_video
from tests.runtime.provenance.people import decoded
from tests.runtime.serving.calls import shorten

COMMAND = "from mimo_runtime.cli import main; main()"
PATIENCE_S = 500
OPTIONS = ("--steps", "1", "--guidance", "1", "--mode", "corrected")
SETTINGS = "settings: {steps: 1, guidance: 1, mode: corrected}"


def run(*arguments: object) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as end:
        main(["-q", *map(str, arguments)])
    assert isinstance(end.value.code, int)
    return end.value.code


def started(*arguments: object, **options: Any) -> "subprocess.Popen[str]":
    """A command in a process of its own, in a folder that is not the shot's."""
    command = [sys.executable, "-c", COMMAND, *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, cwd="/", **{**pipes, **options})


def check_result(shot: Path) -> None:
    """The result of a shot in 'out/shot' is what an unsegmented render is, and nothing temporary is
    left.
    """
    assert run("render", shot, "-o", shot.with_name("whole.mp4")) == 0
    whole = decoded(shot.with_name("whole.mp4"))  # both files are signed, each anew
    assert np.array_equal(decoded(shot.parent / "out" / "shot.mp4"), whole)
    check_shot(open_shot(shot.parent / "out" / "shot"))
    assert list(shot.parent.glob("out/**/.*")) == []


def write_shot(folder: Path, *lines: str) -> Path:
    """Of 8 frames and one solver step, with more `lines`; its folder is 'shot' unless they say."""
    shorten(TEMPLATE, folder)
    output = () if any(line.startswith("output:") for line in lines) else ("output: shot",)
    first = ("shot: 1", f"bundle: {SMALL_BUNDLE}", f"character: {CHARACTER}", "template: template")
    path = folder / "shot.yaml"
    path.write_text("\n".join([*first, *output, *lines, SETTINGS, ""]))
    return path


def write_whole_shot(folder: Path) -> Path:
    """Of a driving video and a picture: 4 frames in segments of 3, into 'out/shot'.

    The video goes on for 3 frames when the person has left.
    """
    write_video(folder / "walk.mp4", [*walking()[:4], *empty_yard()])
    (folder / "me.png").write_bytes(CHARACTER.read_bytes())
    path = folder / "shot.yaml"
    path.write_text(
        f"shot: 1\nbundle: {SMALL_BUNDLE}\ncharacter: me.png\ndriving: walk.mp4\n"
        f"prepare: {{size: 352}}\nsegment_frames: 3\noutput: out/shot\n{SETTINGS}\n"
    )
    return path


def content(folder: Path) -> dict[str, bytes]:
    """The bytes of all files by their names."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
