"""What ships, rendered: each of the three controls changes what it should and nothing else."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mimo_runtime.body.camera import orbit
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.cli import main
from mimo_runtime.sample import BUNDLE, CHARACTER
from tests.runtime.cli.drawn import at_rest, draw_turns

SIZE_PX = (160, 192)
GREY, BLUE = (120, 120, 120), (40, 60, 200)
FRAMES = 2
Picture = NDArray[np.int16]
Render = Callable[[str, str, str], Picture]


def run(*arguments: object) -> None:
    with pytest.raises(SystemExit) as end:
        main(list(map(str, arguments)))
    assert end.value.code == 0


def draw(folder: Path, arm_deg: float) -> None:
    """Somebody who stands with both arms turned by `arm_deg` from rest."""
    turns, joints = at_rest(FRAMES), load_body().skeleton
    for side, sign in (("Left", 1), ("Right", -1)):
        turns[:, joints.index(f"{side}Arm")] = about_axis(2, sign * arm_deg)
    draw_turns(folder, turns, orbit((0, 0.85, 0), 0, 1.2, 4.5, SIZE_PX, 300))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    draw(folder / "down", -40)
    draw(folder / "up", 40)
    for name, colour in (("grey", GREY), ("blue", BLUE)):
        Image.new("RGB", SIZE_PX, colour).save(folder / f"{name}.png")
    with Image.open(CHARACTER) as picture:
        red, green, blue, alpha = picture.convert("RGBA").split()
        Image.merge("RGBA", (blue, red, green, alpha)).save(folder / "other.png")
    for name, picture_file in (("me", CHARACTER), ("other", folder / "other.png")):
        run("character", picture_file, "-o", folder / name, "--size", 384)
    return folder


@pytest.fixture(scope="module")
def render(inputs: Path) -> Render:
    made: dict[tuple[str, str, str], Picture] = {}

    def rendered(character: str, motion: str, scene: str) -> Picture:
        key = (character, motion, scene)
        if key not in made:
            output = inputs / "-".join(key)
            run(
                "render", "--bundle", BUNDLE, "--character", inputs / character,
                "--motion", inputs / motion, "--scene", inputs / f"{scene}.png", "-o", output,
            )  # fmt: skip
            with Image.open(output / "frame_000000.png") as picture:
                made[key] = np.asarray(picture).astype(np.int16)
        return made[key]

    return rendered


def person(picture: Picture, scene: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Where the picture is not its scene, nor the scene in shadow."""
    lit = picture.astype(float) / np.array(scene)
    return np.asarray(np.ptp(lit, axis=2) > 0.15) & np.asarray(
        np.abs(picture - np.array(scene)).max(axis=2) > 24
    )


def shared(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_another_character_has_other_colours_in_the_same_posture(render: Render) -> None:
    mine, theirs = render("me", "down", "grey"), render("other", "down", "grey")
    both = person(mine, GREY) & person(theirs, GREY)
    assert shared(person(mine, GREY), person(theirs, GREY)) > 0.7
    assert np.abs(mine - theirs)[both].mean() > 40


def test_another_motion_is_another_posture_in_the_same_colours(render: Render) -> None:
    down, up = render("me", "down", "grey"), render("me", "up", "grey")
    assert shared(person(down, GREY), person(up, GREY)) < 0.85
    means = [picture[person(picture, GREY)].mean(axis=0) for picture in (down, up)]
    assert np.abs(means[0] - means[1]).max() < 12
    both = person(down, GREY) & person(up, GREY)
    assert np.median(np.abs(down - up)[both]) < 12


def test_another_scene_changes_nothing_but_the_scene(render: Render) -> None:
    """Inside the layer the person stays who they are, in the light of the scene."""
    grey, blue = render("me", "down", "grey"), render("me", "down", "blue")
    core = person(grey, GREY) & person(blue, BLUE)
    assert core.sum() > 0.7 * person(grey, GREY).sum()
    scale = grey[core].mean(axis=0) / blue[core].mean(axis=0)
    assert np.median(np.abs(grey - blue * scale)[core]) < 12


def test_outside_the_layer_the_scene_is_there_byte_for_byte(render: Render) -> None:
    """Whoever is in front of it: what differs is near the person."""
    mine, theirs = render("me", "down", "grey"), render("other", "down", "grey")
    rows, columns = np.nonzero(person(mine, GREY))
    top, left = max(0, rows.min() - 20), max(0, columns.min() - 40)
    far = np.ones(mine.shape[:2], bool)
    far[top : rows.max() + 40, left : columns.max() + 40] = False
    assert far.mean() > 0.1
    assert np.array_equal(mine[far], theirs[far])
    assert np.abs(mine[far] - np.array(GREY)).max() <= 3  # it was an encoded stream
