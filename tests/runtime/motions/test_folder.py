"""A motion folder on disk."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mimo_runtime.body.camera import look_at
from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import open_clip
from mimo_runtime.motions.camera_path import CameraPath
from mimo_runtime.motions.drawing import draw_motion
from mimo_runtime.motions.folder import (
    CONFIG,
    POSES,
    PREVIEW,
    RECORD,
    SURFACE,
    VIDEO,
    MotionRecord,
    new_folder,
    read_record,
    write_record,
)
from mimo_runtime.motions.pose_clip import PoseClip, read_pose_clip
from mimo_runtime.motions.procedural import walk
from mimo_runtime.templates.config import read_config

CAMERA = look_at([0, 1, 4], [0, 1, 0.5], 64, 48, 70)


def record(rate_fps: Fraction = Fraction(30), frames: int = 8) -> MotionRecord:
    return MotionRecord("mimo-body-1", SURFACE, rate_fps, frames, CAMERA, "a walk", "CC0-1.0")


def test_the_record_comes_back(tmp_path: Path) -> None:
    write_record(tmp_path, record())
    read = read_record(tmp_path)
    for name in ("body", "colours", "rate_fps", "frame_count", "source", "licence_note"):
        assert getattr(read, name) == getattr(record(), name)
    assert read.camera.width_px == 64
    assert read.camera.height_px == 48
    point = np.array([0.2, 1.3, 0.1])
    np.testing.assert_array_equal(read.camera.project(point)[0], CAMERA.project(point)[0])


@pytest.mark.parametrize("rate", ["30", "24", "30000/1001", "240", "7"])
@pytest.mark.parametrize("frames", [1, 8, 151])
def test_the_config_uses_every_frame(tmp_path: Path, rate: str, frames: int) -> None:
    write_record(tmp_path, record(Fraction(rate), frames))
    used = read_config(tmp_path).time_crop(frames, 10_000)
    assert (used.start, used.stop) == (0, frames)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 2}, "not of format mimo-motion version 1"),
        ({"format": "x"}, "not of format"),
        ({"camera": None}, "is damaged"),
        ({"rate_fps": "1/0"}, "is damaged"),
        ({"frame_count": "many"}, "is damaged"),
    ],
)
def test_another_record_is_a_sentence(tmp_path: Path, change: dict, words: str) -> None:
    write_record(tmp_path, record())
    content = json.loads((tmp_path / RECORD).read_text()) | change
    (tmp_path / RECORD).write_text(json.dumps(content))
    with pytest.raises(MediaError, match=words):
        read_record(tmp_path)


def test_no_record_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="Cannot read"):
        read_record(tmp_path)
    (tmp_path / RECORD).write_text("[")
    with pytest.raises(MediaError, match="is damaged"):
        read_record(tmp_path)


def test_a_drawn_folder_holds_frames_postures_and_record(tmp_path: Path) -> None:
    body, told = load_body(), []
    motion = walk(body.skeleton, 5, Fraction(25))
    for _ in range(2):
        clip = PoseClip(motion, body.skeleton, CameraPath.still(CAMERA, 5))
        draw_motion(tmp_path / "m", body, SURFACE, clip, lambda *count: told.append(count))
    assert {entry.name for entry in (tmp_path / "m").iterdir()} == {VIDEO, CONFIG, POSES, RECORD}
    assert [entry.name for entry in tmp_path.iterdir()] == ["m"]
    assert told == [(number, 5) for number in range(1, 6)] * 2
    with open_clip(tmp_path / "m" / VIDEO, MediaLimits()) as reader:
        assert reader.info.frame_count == 5
        assert reader.info.rate_fps == 25
    drawn = read_pose_clip(tmp_path / "m" / POSES)
    np.testing.assert_array_equal(drawn.motion.rotations, motion.rotations)
    assert drawn.skeleton.names == body.skeleton.names
    assert read_record(tmp_path / "m").frame_count == 5


def test_a_sheet_of_moments_is_drawn_where_it_is_wanted(tmp_path: Path) -> None:
    body = load_body()
    clip = PoseClip(walk(body.skeleton, 3, Fraction(30)), body.skeleton,
                    CameraPath.still(CAMERA, 3))  # fmt: skip
    draw_motion(tmp_path / "m", body, SURFACE, clip, lambda *_: None, preview=True)
    sheet = np.asarray(Image.open(tmp_path / "m" / PREVIEW))
    assert min(sheet.shape[:2]) > 100
    assert np.ptp(sheet) > 200


def test_a_motion_that_is_no_number_is_not_written(tmp_path: Path) -> None:
    body = load_body()
    motion = walk(body.skeleton, 3, Fraction(30))
    motion.root_m[1] = np.nan
    clip = PoseClip(motion, body.skeleton, CameraPath.still(CAMERA, 3))
    with pytest.raises(MediaError, match="are not finite; it cannot be written"):
        draw_motion(tmp_path / "m", body, SURFACE, clip, lambda *_: None)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "thesis.txt").write_text("all of it")
    with (
        pytest.raises(InvalidRequestError, match=r"holds 'thesis\.txt'"),
        new_folder(tmp_path / "m"),
    ):
        pass
    assert (tmp_path / "m" / "thesis.txt").read_text() == "all of it"


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    write_record(tmp_path / "m", record())
    before = (tmp_path / "m" / RECORD).read_bytes()
    with pytest.raises(KeyboardInterrupt):
        _interrupted(tmp_path / "m")
    assert [entry.name for entry in tmp_path.iterdir()] == ["m"]
    assert (tmp_path / "m" / RECORD).read_bytes() == before


def _interrupted(path: Path) -> None:
    with new_folder(path) as folder:
        (folder / RECORD).write_text("half")
        raise KeyboardInterrupt


def test_a_folder_beside_it_that_is_named_alike_stays(tmp_path: Path) -> None:
    (tmp_path / ".dance.old").mkdir()
    for _ in range(2):
        with new_folder(tmp_path / "dance") as folder:
            (folder / VIDEO).touch()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".dance.old", "dance"]
