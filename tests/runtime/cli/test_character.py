"""`mimo character` with the networks that ship, on drawn people."""

from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

from mimo_runtime import sample
from mimo_runtime.characters.folder import NAMES, read_character_record
from mimo_runtime.characters.texture import SEEN, read_texture
from mimo_runtime.cli.options import input_options
from mimo_runtime.synthesis.matting import prepare_character
from tests.runtime.analysis.rendered import character, street, walking
from tests.runtime.cli.commands import run


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    Image.fromarray(walking(4, 25).pixels).save(folder / "one.png")
    two = character(character(street(400, 560), 30, 40).pixels, 300, 60, 0.9)
    Image.fromarray(two.pixels).save(folder / "two.png")
    Image.fromarray(street(200, 300)).save(folder / "none.png")
    return folder


@pytest.fixture(scope="module")
def made(people, tmp_path_factory):
    output = tmp_path_factory.mktemp("made") / "me"
    assert run("character", people / "one.png", "-o", output, "--size", 128) == 0
    return output


def test_a_picture_becomes_a_folder(made):
    output = made
    assert sorted(path.name for path in output.iterdir()) == sorted(NAMES)
    record = read_character_record(output)
    assert record.source == "one.png"
    assert record.size_px == 128
    assert set(record.models) == {"people", "body", "matte"}
    for name in ("picture.png", "canonical.png"):
        with Image.open(output / name) as picture:
            assert picture.mode == "RGBA"
            assert picture.size == (128, 128)
    with Image.open(output / "picture.png") as picture:
        assert prepare_character(np.array(picture), None).shape[0] % 16 == 0
    assert read_texture(output / "texture.npz").share(SEEN) > 0.2


def test_one_of_several_is_chosen_from_the_left(people, tmp_path, capsys):
    assert run("character", people / "two.png", "-o", tmp_path / "c") == 0
    assert "Warning: 2 people are in the picture" in capsys.readouterr().err
    record = read_character_record(tmp_path / "c")
    assert "several_people" in [kind for kind, _ in record.warnings]
    first = (tmp_path / "c/picture.png").read_bytes()
    assert run("character", people / "two.png", "-o", tmp_path / "c", "--person", 2) == 0
    printed = capsys.readouterr()
    assert "people are in the picture" not in printed.err
    assert "of the surface was seen" in printed.out
    assert (tmp_path / "c/picture.png").read_bytes() != first
    assert run("character", people / "two.png", "-o", tmp_path / "c", "--person", 3) == 2
    assert "2 were found" in capsys.readouterr().err


def test_people_who_are_small_in_a_wide_picture_can_be_chosen(tmp_path, capsys):
    """The network sees all of it in 256 px, in which one of them is lost."""
    wide = Image.new("RGBA", (1800, 500), (150, 160, 150))
    with Image.open(sample.CHARACTER) as picture:
        small = picture.convert("RGBA").resize((round(picture.width * 200 / picture.height), 200))
    for left in (216, 1350):
        wide.alpha_composite(small, (left, 150))
    wide.convert("RGB").save(tmp_path / "wide.png")
    assert run("character", tmp_path / "wide.png", "-o", tmp_path / "c", "--size", 128) == 0
    assert "2 people are in the picture" in capsys.readouterr().err


def test_the_alpha_of_a_picture_is_its_matte(tmp_path):
    assert run("character", sample.CHARACTER, "-o", tmp_path / "c", "--size", 352) == 0
    with Image.open(sample.CHARACTER) as given, Image.open(tmp_path / "c/picture.png") as made:
        before, after = (np.array(one)[..., 3] > 127 for one in (given, made))
    scale = np.ptp(np.nonzero(after)[0]) / np.ptp(np.nonzero(before)[0])
    assert after.sum() == pytest.approx(before.sum() * scale**2, rel=0.03)


def test_an_opaque_alpha_is_no_matte(people, made, tmp_path):
    with Image.open(people / "one.png") as picture:
        picture.convert("RGBA").save(tmp_path / "one.png")
    assert run("character", tmp_path / "one.png", "-o", tmp_path / "c", "--size", 128) == 0
    assert (tmp_path / "c/picture.png").read_bytes() == (made / "picture.png").read_bytes()


def test_nobody_in_the_picture_is_said(people, tmp_path, capsys):
    assert run("character", people / "none.png", "-o", tmp_path / "c") == 3
    assert "Nobody was found in the picture" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()


def test_another_folder_is_not_overwritten_and_is_no_character(people, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/diary.txt").write_text("")
    assert run("character", people / "one.png", "-o", tmp_path / "mine", "--size", 64) == 2
    assert "no part of an earlier character" in capsys.readouterr().err
    arguments = ["--bundle", "b", "--character", tmp_path / "mine", "-o", "o.mp4"]
    assert run("render", *arguments, "--template", "t") == 3
    assert "holds no prepared character" in capsys.readouterr().err


def test_a_character_folder_stands_for_its_picture(made):
    given = []

    @click.command()
    @input_options
    def command(**options):
        given.append(options["character"])

    rest = ["--template", "t", "-o", "o.mp4"]
    command.main(["--character", str(made), *rest], standalone_mode=False)
    command.main(["--character", "me.png", *rest], standalone_mode=False)
    assert given == [made / "picture.png", Path("me.png")]
