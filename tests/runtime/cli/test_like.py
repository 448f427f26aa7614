"""`mimo render --like`: the same again, or what has changed."""

from pathlib import Path

import pytest
from PIL import Image

from mimo_runtime.sample import CHARACTER, TEMPLATE
from tests.bundles import SMALL_BUNDLE
from tests.runtime.cli.commands import run
from tests.runtime.serving.calls import shorten


def test_the_same_again_or_what_has_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template, character = shorten(TEMPLATE, tmp_path), tmp_path / "me.png"
    character.write_bytes(CHARACTER.read_bytes())
    given = ["--bundle", SMALL_BUNDLE, "--character", character, "--template", template]
    asked = ["--steps", "1", "--guidance", "1", "--mode", "corrected", "--seed", "5"]
    out, again = tmp_path / "out.mp4", tmp_path / "again.mp4"
    unsigned = "--unsigned"  # a signature is another one each time
    assert run("render", *given, *asked, unsigned, "-o", out) == 0
    assert run("render", "--like", out, unsigned, "-o", again) == 0
    assert again.read_bytes() == out.read_bytes()

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
               "--frames", "8") == 0  # fmt: skip
    assert [path.name for path in (tmp_path / "shot" / "frames").iterdir()] == ["frame.0008.png"]
