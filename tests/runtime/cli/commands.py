"""The command line as tests give it, and shot files of the clip that ships."""

from pathlib import Path

import pytest

from mimo_runtime.cli import main
from mimo_runtime.sample import CHARACTER, TEMPLATE
from tests.bundles import SMALL_BUNDLE
from tests.runtime.decomposition.clips import empty_yard, walking, write_video
from tests.runtime.serving.calls import shorten

OPTIONS = ("--steps", "1", "--guidance", "1", "--mode", "corrected")
SETTINGS = "settings: {steps: 1, guidance: 1, mode: corrected}"


def run(*arguments: object) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as end:
        main(["-q", *map(str, arguments)])
    assert isinstance(end.value.code, int)
    return end.value.code


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
