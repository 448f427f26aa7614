"""The recipe travels with what was rendered, and is read from any of it."""

from pathlib import Path

import pytest

from mimo_runtime.delivery.delivery import Delivery
from mimo_runtime.delivery.finisher import DeliveredClip
from mimo_runtime.delivery.opening import open_delivery
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.farm.record import read_recipe
from mimo_runtime.farm.segment import write_segment
from mimo_runtime.farm.shot_folder import begin_shot
from mimo_runtime.frame_folder import FrameFormat
from mimo_runtime.provenance.recipe import Recipe, note_of
from tests.runtime.farm.shots import RATE_FPS, made, shot

CLIP = DeliveredClip((24, 16), RATE_FPS, range(2))
RECIPE = Recipe(
    {"seed": 42, "guidance": 3.5, "overlap": None}, {"character": "a" * 64}, {"bundle": "bü"}
)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("out.mp4", FrameFormat.PNG),
        ("out.mov", FrameFormat.PNG),
        *(("frames", form) for form in FrameFormat),
    ],
)
def test_it_stands_in_videos_and_pictures(tmp_path: Path, name: str, form: FrameFormat) -> None:
    for target, note in ((tmp_path / name, note_of(RECIPE)), (tmp_path / f"bare-{name}", "")):
        with open_delivery(target, Delivery(form), CLIP, note) as sink:
            for frame in made(range(2)):
                sink.write(frame.index, frame.rgb)
    assert read_recipe(tmp_path / name) == RECIPE
    with pytest.raises(InvalidRequestError, match="does not say how it was rendered; give"):
        read_recipe(tmp_path / f"bare-{name}")


def test_it_stands_in_shots_and_their_frames(tmp_path: Path) -> None:
    folder = begin_shot(tmp_path, shot())
    write_segment(folder, range(1), made(range(1)))
    assert read_recipe(tmp_path) == read_recipe(folder.frame_file(0)) == shot().recipe


def test_what_is_damaged_or_no_video_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_bytes(b"no video")
    with pytest.raises(MediaError, match=r"cannot be read: .*; give a video or a picture"):
        read_recipe(tmp_path / "out.mp4")
    (tmp_path / "out.png").write_bytes(b"no picture")
    with pytest.raises(MediaError, match=r"cannot be read: .*; give a PNG file"):
        read_recipe(tmp_path / "out.png")
    with pytest.raises(InvalidRequestError, match="has format 9, and this program reads 1; use"):
        Recipe.from_values(RECIPE.to_values() | {"format": 9})
    with pytest.raises(InvalidRequestError, match="is damaged: KeyError"):
        Recipe.from_values({"format": 1})


def test_paths_are_no_part_of_what_it_is() -> None:
    moved = Recipe(RECIPE.settings, RECIPE.inputs, {"bundle": "elsewhere"})
    assert moved.digest == RECIPE.digest
    assert moved.differences(RECIPE) == ()
    changed = Recipe({**RECIPE.settings, "seed": 7}, {"character": "b" * 64, "matte": "c" * 64})
    assert changed.digest != RECIPE.digest
    assert RECIPE.differences(changed) == ("seed (42, now 7)", "character", "matte")
