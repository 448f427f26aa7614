"""`mimo render --like`: the same again, or what has changed."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mimo_runtime import __version__
from mimo_runtime.farm.record import read_recipe
from mimo_runtime.media.mp4_sink import Mp4Sink
from mimo_runtime.provenance.recipe import Recipe, note_of
from mimo_runtime.sample import CHARACTER, TEMPLATE
from tests.bundles import SMALL_BUNDLE
from tests.runtime.cli.commands import OPTIONS, content, run
from tests.runtime.provenance.people import decoded
from tests.runtime.serving.calls import shorten


def test_what_names_no_inputs_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A draft, and what a server made."""
    recipe = Recipe({"seed": 42}, {"character": "a" * 64})
    for name, note in (("draft.mp4", ""), ("job.mp4", note_of(recipe))):
        with Mp4Sink(tmp_path / name, 24, 16, Fraction(25), note) as sink:
            sink.write(0, np.zeros((16, 24, 3), np.uint8))
        assert run("render", "--like", tmp_path / name, "-o", tmp_path / "again.mp4") == 2
    told = capsys.readouterr().err
    assert "draft.mp4' does not say how it was rendered" in told
    assert "job.mp4' does not name its inputs, as what a server made does not; ask" in told


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("out", ("--picture-format", "exr", "--layers", "--timecode", "01:00:00:00")),
        ("out.mov", ("--alpha", "premultiplied", "--first-frame", "1001")),
        ("out.mp4", ("--movie-format", "hevc")),
    ],
)
def test_it_is_delivered_as_before(tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    template = shorten(TEMPLATE, tmp_path)
    given = ["--bundle", SMALL_BUNDLE, "--character", CHARACTER, "--template", template]
    asked = [*OPTIONS, "--unsigned", "--frame-range", "1001-1002" if "1001" in options else "1-2"]
    out, again = tmp_path / name, tmp_path / f"again{Path(name).suffix}"
    assert run("render", *given, *asked, *options, "-o", out) == 0
    like = next(out.iterdir()) if out.is_dir() else out
    assert run("render", "--like", like, "--unsigned", "-o", again) == 0
    if out.is_dir():
        assert content(again) == content(out)
        assert run("render", "--like", out, "--unsigned", "-o", tmp_path / "seen.mp4") == 0
    else:
        with av.open(str(out)) as one, av.open(str(again)) as other:
            first, second = ([bytes(packet) for packet in each.demux()] for each in (one, other))
        assert first == second


def test_another_program_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template = shorten(TEMPLATE, tmp_path)
    given = ["--bundle", SMALL_BUNDLE, "--character", CHARACTER, "--template", template]
    out = tmp_path / "out.mp4"
    assert run("render", *given, *OPTIONS, "--frame-range", "1-2", "-o", out) == 0
    made = read_recipe(out)
    settings = {**made.settings, "program": "0.0.1"}
    asked = {**made.asked, "output": str(tmp_path / "chosen-by-a-stranger.mp4")}
    earlier = replace(made, settings=settings, asked=asked)
    with Mp4Sink(tmp_path / "old.mp4", 24, 16, Fraction(25), note_of(earlier)) as sink:
        sink.write(0, np.zeros((16, 24, 3), np.uint8))
    assert run("render", "--like", tmp_path / "old.mp4", "-o", tmp_path / "again.mp4") == 2
    assert f"differs in program (0.0.1, now {__version__}); give" in capsys.readouterr().err
    assert run("render", "--like", tmp_path / "old.mp4") == 2
    assert "Missing option '-o'" in capsys.readouterr().err


def test_the_same_again_or_what_has_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template, character = shorten(TEMPLATE, tmp_path), tmp_path / "me.png"
    character.write_bytes(CHARACTER.read_bytes())
    given = ["--bundle", SMALL_BUNDLE, "--character", character, "--template", template]
    asked = [*OPTIONS, "--seed", "5", "--first-frame", "1001", "--frame-range", "1003-1004"]
    out, again = tmp_path / "out.mp4", tmp_path / "again.mp4"
    unsigned = "--unsigned"  # a signature is another one each time
    assert run("render", *given, *asked, unsigned, "-o", out) == 0
    assert run("render", "--like", out, unsigned, "-o", again) == 0
    assert again.read_bytes() == out.read_bytes()
    assert len(decoded(again)) == 2

    with Image.open(CHARACTER) as picture:
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(character)
    capsys.readouterr()
    assert run("render", "--like", out, "--seed", "6", "-o", tmp_path / "other.mp4") == 2
    told = capsys.readouterr().err
    assert "would not be" in told
    assert "differs in seed (5, now 6), character; give" in told
    assert not (tmp_path / "other.mp4").exists()

    character.unlink()
    assert run("render", "--like", out, "-o", again) == 3
    assert "Cannot read" in capsys.readouterr().err
    assert run("render", "--like", out, "--character", CHARACTER, "-o", tmp_path / "shot",
               "--frames", "1004") == 0  # fmt: skip
    assert [path.name for path in (tmp_path / "shot" / "frames").iterdir()] == ["frame.1004.png"]
