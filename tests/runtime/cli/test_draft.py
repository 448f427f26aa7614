"""`mimo render --draft`: the character on the posed body, without networks."""

import numpy as np
import OpenEXR
import pytest
from PIL import Image

from mimo_runtime.body.camera import orbit
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.media.exr import linear_levels
from mimo_runtime.sample import CHARACTER, TEMPLATE
from tests.runtime.cli.commands import run
from tests.runtime.cli.drawn import at_rest, draw_turns

FRAMES = 3
SIZE_PX = (160, 192)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Somebody who turns round on a motion's own camera, and a plain grey scene."""
    folder = tmp_path_factory.mktemp("inputs")
    turns = at_rest(FRAMES)
    for frame, angle_deg in enumerate((0, 90, 180)):
        turns[frame, 0] = about_axis(1, angle_deg)
    draw_turns(folder / "turn", turns, orbit((0, 0.85, 0), 0, 1.2, 4.5, SIZE_PX, 380))
    Image.new("RGB", SIZE_PX, (120, 120, 120)).save(folder / "grey.png")
    assert run("character", CHARACTER, "-o", folder / "me", "--size", 256) == 0
    return folder


@pytest.fixture(scope="module")
def frames(inputs):
    mixture = ("--motion", inputs / "turn", "--scene", inputs / "grey.png")
    output = inputs / "frames"
    assert run("render", "--draft", "--character", inputs / "me", *mixture, "-o", output) == 0
    pictures = []
    for path in sorted(output.iterdir()):
        with Image.open(path) as picture:
            pictures.append(np.asarray(picture).astype(int))
    return pictures


def test_it_is_written_as_exr_too(inputs, frames):
    mixture = ("--motion", inputs / "turn", "--scene", inputs / "grey.png")
    exr = ("--picture-format", "exr", "--first-frame", 1001, "-o", inputs / "exr")
    assert run("render", "--draft", "--character", inputs / "me", *mixture, *exr) == 0
    names = [f"frame.{number}.exr" for number in (1001, 1002, 1003)]
    assert sorted(path.name for path in (inputs / "exr").iterdir()) == names
    for name, rgb in zip(names, frames, strict=True):
        pixels = OpenEXR.File(str(inputs / "exr" / name)).channels()["RGB"].pixels
        np.testing.assert_array_equal(pixels, linear_levels()[rgb])


def test_the_character_is_where_the_motion_is_and_looks_as_in_its_picture(frames):
    assert len(frames) == FRAMES
    changed = np.abs(frames[0] - 120).max(axis=2) > 40
    rows, columns = np.nonzero(changed)
    assert 0.8 * SIZE_PX[1] > np.ptp(rows) > 0.6 * SIZE_PX[1]
    assert abs(columns.mean() - SIZE_PX[0] / 2) < 6
    red, green, blue = frames[0][rows.min() + int(0.35 * np.ptp(rows)), SIZE_PX[0] // 2]
    assert red > 180
    assert green > 130
    assert blue < 120
    assert (np.abs(frames[0][:15] - 120) <= 2).all()  # the scene was an encoded stream


def test_from_behind_there_is_hair_and_no_face(frames):
    head = [frame[30:60, 65:95].reshape(-1, 3) for frame in (frames[0], frames[2])]
    hair = [((rgb[:, 0] > 150) & (rgb[:, 1] < 120) & (rgb[:, 2] < 90)).sum() for rgb in head]
    assert hair[1] > 1.5 * hair[0]


def test_a_template_without_postures_is_refused_in_a_sentence(tmp_path, capsys):
    paths = ("--character", CHARACTER, "--template", TEMPLATE, "-o", tmp_path / "out.mp4")
    assert run("render", "--draft", *paths) != 0
    assert "has no postures" in capsys.readouterr().err
    assert not (tmp_path / "out.mp4").exists()


def test_without_a_bundle_the_one_that_ships_is_taken_which_needs_postures(tmp_path, capsys):
    paths = ("--character", CHARACTER, "--template", TEMPLATE, "-o", tmp_path / "out.mp4")
    assert run("render", *paths) != 0
    assert "has no postures" in capsys.readouterr().err
