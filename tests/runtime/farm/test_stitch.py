"""Segments joined: every frame once, compared with what was written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mimo_runtime.delivery.layer_file import read_layers
from mimo_runtime.errors import MediaError
from mimo_runtime.farm.segment import write_segment
from mimo_runtime.farm.shot_folder import ShotFolder, begin_shot
from mimo_runtime.farm.stitch import check_shot, stitch
from mimo_runtime.media.sink import open_sink
from mimo_runtime.planning.segments import segment_ranges
from mimo_runtime.provenance.recipe import note_of
from mimo_runtime.synthesis.request import OutputFrame
from tests.runtime.delivery.painted import beauty, layers
from tests.runtime.farm.shots import FRAMES, RATE_FPS, made, shot


def ignore(done: int, total: int) -> None:
    """Progress for nobody."""


@pytest.fixture
def folder(tmp_path: Path) -> ShotFolder:
    folder = begin_shot(tmp_path / "shot", shot(first_frame=1001))
    for frames in segment_ranges(range(FRAMES), 4):
        write_segment(folder, frames, made(frames))
    return folder


def test_the_video_is_that_of_the_whole_shot_to_the_byte(
    folder: ShotFolder, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    stitch(folder, tmp_path / "joined.mp4", lambda done, total: told.append((done, total)))
    with open_sink(tmp_path / "whole.mp4", 24, 16, RATE_FPS, note_of(folder.shot.recipe)) as sink:
        for frame in made(range(FRAMES)):
            sink.write(frame.index, frame.rgb)
    assert (tmp_path / "joined.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()
    assert told == [(done + 1, FRAMES) for done in range(FRAMES)]


def test_pictures_are_those_of_the_segments(folder: ShotFolder, tmp_path: Path) -> None:
    assert stitch(folder, tmp_path / "frames", ignore) == FRAMES
    for frame in made(range(FRAMES)):
        with Image.open(tmp_path / "frames" / f"frame_{frame.index:06d}.png") as picture:
            np.testing.assert_array_equal(np.asarray(picture), frame.rgb)


def test_segments_may_overlap_where_they_agree(folder: ShotFolder, tmp_path: Path) -> None:
    write_segment(folder, range(2, 7), made(range(2, 7)))
    assert stitch(folder, tmp_path / "frames", ignore) == FRAMES


def test_segments_that_do_not_agree_are_a_sentence(folder: ShotFolder, tmp_path: Path) -> None:
    other = list(made(range(2, 7)))
    other[0].rgb[...] += 1
    write_segment(folder, range(2, 7), other)
    with pytest.raises(MediaError, match=r"hold frame.1003.png, and segment 1003-1007 made it"):
        stitch(folder, tmp_path / "frames", ignore)


@pytest.mark.parametrize("damage", ["frame", "segment"])
def test_what_is_missing_is_named(folder: ShotFolder, tmp_path: Path, damage: str) -> None:
    if damage == "frame":
        folder.frame_file(5).write_bytes(b"damaged")
        folder.frame_file(9).unlink()
        named = "1006, 1010"
    else:
        (folder.path / "segments" / "1005-1008.json").unlink()
        named = "1005-1008"
    with pytest.raises(MediaError, match=rf"The frames {named} of '.*' are not rendered or not"):
        stitch(folder, tmp_path / "joined.mp4", ignore)
    assert not (tmp_path / "joined.mp4").exists()


def test_layers_are_checked_as_frames_are(tmp_path: Path) -> None:
    kept = replace(shot(), part=range(2, 5), layers=True)
    folder = begin_shot(tmp_path / "shot", kept)
    frames = (OutputFrame(i, 0.0, beauty(i), layers=layers(i)) for i in range(2, 5))
    write_segment(folder, range(2, 5), frames)
    assert begin_shot(tmp_path / "shot", kept).is_finished(range(2, 5))
    check_shot(folder)
    file = folder.layer_file(3)
    data = file.read_bytes()
    file.write_bytes(data[:-1])
    assert not folder.is_finished(range(2, 5))
    with pytest.raises(
        MediaError, match=r"The frames 4 of .* are not rendered or not as they were"
    ):
        check_shot(folder)
    with pytest.raises(MediaError, match=r"cannot be read: .*; render that segment again"):
        read_layers(file)
    file.unlink()
    with pytest.raises(MediaError, match="The frames 4 of"):
        check_shot(folder)
