"""EXR pictures from the command line: whole renders and stitched shots."""

from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from mimo_runtime.media.exr import linear_levels
from tests.runtime.cli.commands import content, run, write_shot

EXR = ("--picture-format", "exr")


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """Of 8 frames from 1001 on, whose result is EXR pictures."""
    lines = "first_frame: 1001", "segment_frames: 4", "result: exr", "picture_format: exr"
    return write_shot(tmp_path, *lines)


def test_a_stitched_shot_is_the_whole_render(shot: Path) -> None:
    here = shot.parent
    assert run("render", shot, "--frames", "1001-1008x4") == 0
    assert run("stitch", shot) == 0
    assert run("render", shot, "-o", here / "whole") == 0
    whole = content(here / "whole")
    assert list(whole) == [f"frame.{number}.exr" for number in range(1001, 1009)]
    assert content(here / "exr") == whole

    assert run("stitch", here / "shot", *EXR, "-o", here / "again") == 0
    assert content(here / "again") == whole
    assert run("stitch", shot, "--picture-format", "png", "-o", here / "png") == 0
    assert list(content(here / "png")) == [f"frame.{1001 + index}.png" for index in range(8)]
    for index in range(8):
        with Image.open(here / "png" / f"frame.{1001 + index}.png") as picture:
            rgb = np.asarray(picture)
        file = OpenEXR.File(str(here / "exr" / f"frame.{1001 + index}.exr"))
        assert file.header()["imageCounter"] == 1001 + index
        np.testing.assert_array_equal(file.channels()["RGB"].pixels, linear_levels()[rgb])


def test_what_cannot_be_is_told_before_the_work(
    shot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = ("--bundle", "nowhere", "--character", "nobody", "--driving", "nothing.mp4", *EXR)
    assert run("render", *nowhere, "-o", "out.mp4") == 2
    assert "the output 'out.mp4' is a video; name a folder." in capsys.readouterr().err
    assert run("render", shot, "--frames", "1001", *EXR) == 2
    assert "Segments of a shot are kept as PNG; give" in capsys.readouterr().err
    assert run("stitch", shot.parent / "template", *EXR, "-o", "out.mp4") == 2
    assert "no folder of a shot" in capsys.readouterr().err
    shot.write_text(shot.read_text().replace("result: exr\n", ""))
    assert run("render", shot, "--frames", "1001") == 2
    assert (
        "picture_format is exr, and the result a video; name a folder." in capsys.readouterr().err
    )
