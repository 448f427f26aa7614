"""`mimo character` on pictures that bring a matte, or something that looks like one."""

import numpy as np
import pytest
from PIL import Image

from mimo_runtime import sample
from mimo_runtime.characters.folder import read_character_record
from tests.runtime.analysis.matting.test_plain_ground import mascot
from tests.runtime.cli.commands import run


@pytest.fixture(scope="module")
def given():
    with Image.open(sample.CHARACTER) as picture:
        return np.array(picture.convert("RGBA"))


def coverage(folder):
    with Image.open(folder / "picture.png") as picture:
        return (np.array(picture)[..., 3] / 255).mean()


def test_an_alpha_with_one_odd_dot_is_no_matte(given, tmp_path):
    alpha = given[..., 3:] / 255
    card = np.dstack([given[..., :3] * alpha + (90, 110, 140) * (1 - alpha),
                      np.full(given.shape[:2], 255)]).astype(np.uint8)  # fmt: skip
    card[0, 0, 3] = 254
    Image.fromarray(card).save(tmp_path / "card.png")
    Image.fromarray(given).save(tmp_path / "cut.png")
    for name in ("card", "cut"):
        assert run("character", tmp_path / f"{name}.png", "-o", tmp_path / name, "--size", 128) == 0
    assert coverage(tmp_path / "card") == pytest.approx(coverage(tmp_path / "cut"), abs=0.01)


def test_a_matte_can_be_given(given, tmp_path):
    Image.fromarray(given[..., :3]).save(tmp_path / "rgb.png")
    Image.fromarray(given[..., 3]).save(tmp_path / "grey.png")
    white = np.dstack([np.full_like(given[..., :3], 255), given[..., 3]])
    Image.fromarray(white).save(tmp_path / "white.png")
    made = []
    for name in ("grey", "white"):
        arguments = ["--matte", tmp_path / f"{name}.png", "-o", tmp_path / name, "--size", 128]
        assert run("character", tmp_path / "rgb.png", *arguments) == 0
        made.append((tmp_path / name / "picture.png").read_bytes())
    assert made[0] == made[1]


def test_a_matte_in_which_nobody_is_found_gives_the_picture_alone(tmp_path, capsys):
    alpha = mascot()
    picture = np.dstack([np.full((*alpha.shape, 3), (80, 160, 220), np.uint8), alpha])
    Image.fromarray(picture).save(tmp_path / "toy.png")
    assert run("character", tmp_path / "toy.png", "-o", tmp_path / "toy", "--size", 128) == 0
    printed = capsys.readouterr()
    assert "Warning: No body was found, so no canonical picture is made" in printed.err
    assert "the picture alone" in printed.out
    assert sorted(path.name for path in (tmp_path / "toy").iterdir()) == [
        "character.json",
        "picture.png",
    ]
    assert read_character_record(tmp_path / "toy").body == ""


def test_an_empty_alpha_is_told(given, tmp_path, capsys):
    picture = given.copy()
    picture[..., 3] = 0
    Image.fromarray(picture).save(tmp_path / "empty.png")
    assert run("character", tmp_path / "empty.png", "-o", tmp_path / "c") == 3
    assert "alpha channel of the character picture is 0 everywhere" in capsys.readouterr().err
