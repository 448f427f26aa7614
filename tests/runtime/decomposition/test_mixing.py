"""Any motion with any scene: sizes, rates and lengths made to fit."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mimo_runtime.body.shipped import load_body
from mimo_runtime.decomposition.mixing import mix, open_motion
from mimo_runtime.errors import MediaError, TemplateError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import encode_png
from mimo_runtime.motions.camera_placement import CameraChoice, place_camera
from mimo_runtime.motions.drawing import draw_motion
from mimo_runtime.motions.folder import SURFACE
from mimo_runtime.motions.pose_clip import PoseClip
from mimo_runtime.motions.procedural import wave
from mimo_runtime.synthesis.person import person_box
from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE, Template, open_template
from tests.runtime.decomposition.clips import levels, write_video

GOLDEN = Path(__file__).parents[2] / "data" / "golden-compact" / "template"
SIZE = (64, 48)


@pytest.fixture(scope="module")
def motion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six frames at 10 a second."""
    folder = tmp_path_factory.mktemp("motion") / "wave"
    body = load_body()
    moves = wave(body.skeleton, 6, Fraction(10))
    cameras = place_camera(moves, body.skeleton, CameraChoice(), SIZE)
    clip = PoseClip(moves, body.skeleton, cameras)
    draw_motion(folder, body, SURFACE, clip, lambda *_: None)
    return folder


def _opened(folder: Path) -> Template:
    return open_template(folder, MediaLimits())


def _all(template: Template, name: str) -> list[np.ndarray]:
    return [frame.copy() for frame in template.frames(name, range(template.frame_count))]


def test_a_motion_on_a_picture_lasts_as_long_as_the_motion(motion: Path, tmp_path: Path) -> None:
    picture = np.zeros((100, 300, 3), np.uint8)
    picture[:, 150:] = (0, 200, 0)
    (tmp_path / "park.png").write_bytes(encode_png(picture))
    said = mix(motion, tmp_path / "park.png", tmp_path / "mixed")
    template = _opened(tmp_path / "mixed")
    assert (template.frame_count, template.rate_fps) == (6, 10)
    assert (template.width_px, template.height_px) == SIZE
    assert set(template.streams) == {SOURCE, MOTION, SCENE}
    scenes = _all(template, SCENE)
    assert all(abs(int(one[24, 50, 1]) - 200) < 12 and one[24, 10, 1] < 12 for one in scenes)
    assert all(person_box(frame) for frame in _all(template, MOTION))
    assert (motion / "sdc.mp4").read_bytes() == (tmp_path / "mixed" / "sdc.mp4").read_bytes()
    assert len(said) == 1
    assert "300x100" in said[0]


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp", "a.avif"])
def test_a_picture_that_moves_stands_still_and_is_said(
    motion: Path, tmp_path: Path, name: str
) -> None:
    first, *others = [Image.fromarray(np.full((48, 64, 3), level, np.uint8)) for level in
                      (200, 90, 30)]  # fmt: skip
    first.save(tmp_path / name, save_all=True, append_images=others, loop=0)
    said = mix(motion, tmp_path / name, tmp_path / "mixed")
    assert any("holds several pictures; the first is the scene" in sentence for sentence in said)
    scenes = _all(_opened(tmp_path / "mixed"), SCENE)
    assert all(abs(int(scene[5, 5, 1]) - 200) < 12 for scene in scenes)
    first.save(tmp_path / name)
    said = mix(motion, tmp_path / name, tmp_path / "again")
    assert not any("several pictures" in sentence for sentence in said)


def test_a_scene_video_is_shown_in_its_time_and_a_shorter_one_decides(
    motion: Path, tmp_path: Path
) -> None:
    video = write_video(tmp_path / "s.mp4", levels(8, *SIZE), 20)
    said = mix(motion, video, tmp_path / "mixed")
    template = _opened(tmp_path / "mixed")
    assert template.frame_count == 4
    shown = [int(frame[9, 9, 0]) for frame in _all(template, SCENE)]
    assert np.diff(shown) == pytest.approx([20, 20, 20], abs=3)
    assert len(_all(template, MOTION)) == 4
    assert len(said) == 1
    assert "the scene, which is shorter, decides" in said[0]


def test_occluders_come_with_the_scene_of_a_template(motion: Path, tmp_path: Path) -> None:
    mix(motion, GOLDEN, tmp_path / "mixed")
    template, golden = _opened(tmp_path / "mixed"), _opened(GOLDEN)
    assert set(template.streams) == {SOURCE, MOTION, SCENE, OCCLUSION}
    assert (template.width_px, template.height_px) == SIZE
    ratio = float(golden.rate_fps / template.rate_fps)
    assert template.frame_count == min(6, int(golden.frame_count / ratio))
    assert max(frame.max() for frame in _all(template, OCCLUSION)) > 200


def test_the_motion_of_a_template_can_be_taken_alone(tmp_path: Path) -> None:
    golden = _opened(GOLDEN)
    moving = open_motion(GOLDEN)
    assert (moving.size_px, moving.rate_fps) == ((golden.width_px, golden.height_px), 24)
    video = write_video(tmp_path / "s.mp4", levels(200 // 8, *SIZE), 24)
    mix(GOLDEN, video, tmp_path / "mixed")
    template = _opened(tmp_path / "mixed")
    assert template.frame_count == min(golden.frame_count, 25)
    assert set(template.streams) == {SOURCE, MOTION, SCENE}


def test_what_does_not_fit_is_a_sentence(motion: Path, tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    picture.write_bytes(encode_png(levels(1)[0]))
    (tmp_path / "text.mp4").write_text("no video at all")
    (tmp_path / "empty").mkdir()
    cases = [
        (tmp_path / "empty", picture, TemplateError, "neither a motion nor a template"),
        (picture, picture, TemplateError, "is no folder"),
        (motion, tmp_path / "gone.png", MediaError, "gone.png"),
        (motion, tmp_path / "text.mp4", MediaError, "no picture .* and as a video"),
        (motion, motion, TemplateError, "no vid and no bk"),
    ]
    for moves, scene, error, words in cases:
        with pytest.raises(error, match=words):
            mix(moves, scene, tmp_path / "mixed")
        assert not (tmp_path / "mixed").exists()
