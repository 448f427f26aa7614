"""Shots with layers, a frame range and a sound of their own, rendered whole and in segments."""

from pathlib import Path

import av
import pytest

from mimo_runtime.media.sound import write_wav
from tests.runtime.cli.commands import content, run, write_shot
from tests.runtime.delivery.test_movies import Clicks
from tests.runtime.media.clicks import RATE_HZ, heard_clicks


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """The frames 1003 to 1006 of 8, with layers and clicks in a file."""
    write_wav(tmp_path / "clicks.wav", Clicks())
    return write_shot(
        tmp_path,
        *("first_frame: 1001", "frame_range: 1003-1006", "segment_frames: 3", "result: exr"),
        *("picture_format: exr", "layers: true", "timecode: 01:00:00:00", "sound: clicks.wav"),
    )


def test_stitched_layers_are_those_of_the_whole_render(
    shot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = shot.parent
    for segment in (1, 0):
        assert run("render", shot, "--segment", segment) == 0
    names = [f"frame.{number}.{kind}" for number in range(1003, 1007) for kind in ("npz", "png")]
    assert list(content(here / "shot" / "frames")) == names
    assert run("stitch", shot) == 0
    assert run("render", shot, "-o", here / "whole") == 0
    whole = content(here / "whole")
    assert list(whole) == [f"frame.{number}.exr" for number in range(1003, 1007)]
    assert content(here / "exr") == whole

    for name, options in {
        "person.mov": ("--alpha", "straight"),
        "frame.mov": (),
        "deep": ("--picture-format", "png16"),
    }.items():
        if name == "deep":  # of the kind of the result, so that what it says of that holds
            shot.write_text(shot.read_text().replace("layers: true\n", ""))
        assert run("stitch", shot, *options, "-o", here / f"stitched-{name}") == 0
        assert run("render", shot, *options, "-o", here / name) == 0
    assert content(here / "stitched-deep") == content(here / "deep")
    rate_hz, heard = heard_clicks(here / "frame.mov")
    assert (rate_hz, heard) == (RATE_HZ, [0])  # the one at 0.1 s, with the third of 20 a second
    for name in ("person.mov", "frame.mov"):
        with av.open(str(here / name)) as one, av.open(str(here / f"stitched-{name}")) as other:
            made, stitched = ([bytes(p) for p in each.demux()] for each in (one, other))
            assert made == stitched
            assert one.streams.video[0].frames == 4

    assert run("render", shot, "--frames", "1003") == 2
    assert "differs in layers (kept); choose another folder" in capsys.readouterr().err
    assert run("render", shot, "--frames", "1002-1004", "-o", here / "other") == 2
    assert "the shot has the frames 1003-1006; ask" in capsys.readouterr().err
    assert run("render", shot, "--frame-range", "1003-1005", "--segment", "0") == 2
    assert "frames of the shot (1003-1006, now 1003-1005)" in capsys.readouterr().err


def test_plain_segments_have_no_layers_to_deliver(
    shot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shot.read_text().replace("layers: true\n", "").replace("exr\n", "out.mp4\n", 1)
    shot.write_text(text.replace("picture_format: exr\n", ""))
    assert run("render", shot, "--segment", "0") == 0
    assert run("render", shot, "--segment", "1") == 0
    assert run("stitch", shot) == 0
    assert run("stitch", shot, "-o", shot.parent / "a.mov", "--alpha", "straight") == 2
    assert "keeps no layers, of which alpha, layers and plates" in capsys.readouterr().err
    assert run("stitch", shot, "-o", shot.parent / "plain.mov") == 0


def test_what_could_not_be_stitched_is_told_before_a_frame_is_rendered(
    shot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shot.read_text()
    for line, sentence in [
        ("colour: {space: foo}", "There is no colour space 'foo'; give one of srgb"),
        ("colour: {plate: p.####.png}", "has no pictures 1003-1006; give a picture for each"),
        ("alpha: straight", "Layers hold the person's alpha already"),
    ]:
        shot.write_text(f"{text}{line}\n")
        for command in (("farm", "openjd", shot), ("render", shot, "--segment", 0)):
            if "plate" not in line or command[0] == "farm":  # what stitches alone reads plates
                assert run(*command) in (2, 3)
                assert sentence in capsys.readouterr().err
    shot.write_text(text.replace("01:00:00:00", "01:00:00:40"))
    assert run("render", shot, "--segment", 0) == 2
    assert "'01:00:00:40' is no timecode at" in capsys.readouterr().err
    assert not (shot.parent / "shot").exists()


def test_what_cannot_be_is_told_before_the_work(
    shot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for options, sentence in [
        (("--frame-range", "1001-1009"), "the shot has the frames 1001-1008; ask"),
        (("--sound", shot), "is no sound of an accepted kind; accepted are WAV"),
        (("--plate-space", "srgb"), "and no plate; give one, or"),
        (("--space", "foo"), "There is no colour space 'foo'"),
        (("--timecode", "1:2"), "'1:2' is no timecode"),
        (("--framing", "whole"), "Layers are of a person in a scene"),
        (("--alpha", "straight"), "Layers hold the person's alpha already"),
    ]:
        code = run("render", shot, *options, "-o", shot.parent / "out")
        assert code in (2, 3, 8)
        assert sentence in capsys.readouterr().err
        assert not (shot.parent / "out").exists()
