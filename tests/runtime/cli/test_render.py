"""`mimo render` on the sample: what it writes, and that the layers are where they belong."""

import json
import shutil
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mimo_runtime.cli import main
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.planning.pixel_rect import union
from mimo_runtime.sample import CHARACTER, TEMPLATE, YARD
from mimo_runtime.synthesis.person import person_box
from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE, open_template
from tests.bundles import SMALL_BUNDLE


def _render(
    output: Path, *more: str, character: Path = CHARACTER, template: Path = TEMPLATE
) -> None:
    given = {"bundle": SMALL_BUNDLE, "character": character, "template": template}
    paths = [part for name, path in given.items() for part in (f"--{name}", path)]
    paths += ["-o", output]
    with pytest.raises(SystemExit) as end:
        main(["render", "--steps", "1", *map(str, paths), *more])
    assert end.value.code == 0


def test_the_scene_is_untouched_and_the_occluder_in_front(tmp_path: Path) -> None:
    _render(tmp_path / "frames", "--mode", "corrected")
    template = open_template(TEMPLATE, MediaLimits())
    count = template.frame_count
    layers = {
        name: [frame.copy() for frame in template.frames(name, range(count))]
        for name in (SOURCE, MOTION, SCENE, OCCLUSION)
    }
    room = union(box for frame in layers[MOTION] if (box := person_box(frame)))
    painted = np.zeros(layers[SCENE][0].shape[:2], bool)
    painted[room.top : room.bottom, room.left : room.right] = True
    changed = 0
    for index in range(count):
        with Image.open(tmp_path / "frames" / f"frame_{index:06d}.png") as picture:
            result = np.asarray(picture)
        front = layers[OCCLUSION][index][..., 0]
        behind = ~painted & (front == 0)
        np.testing.assert_array_equal(result[behind], layers[SCENE][index][behind])
        np.testing.assert_array_equal(result[front == 255], layers[SOURCE][index][front == 255])
        changed += int((result != layers[SCENE][index]).any(axis=2).sum())
    assert changed > 1000 * count
    assert len(list((tmp_path / "frames").iterdir())) == count


def test_a_video_has_every_frame_at_the_template_s_rate(tmp_path: Path) -> None:
    _render(tmp_path / "out.mp4", "--guidance", "1", "--mode", "corrected")
    with av.open(str(tmp_path / "out.mp4")) as video:
        stream = video.streams.video[0]
        frames = list(video.decode(stream))
    assert len(frames) == 32
    assert (frames[0].width, frames[0].height) == (256, 192)
    assert frames[-1].time == pytest.approx(31 / 20)


def test_whole_framing_gives_the_bundle_s_size(tmp_path: Path) -> None:
    _render(tmp_path / "frames", "--framing", "whole")
    with Image.open(tmp_path / "frames" / "frame_000031.png") as picture:
        assert picture.size == (128, 128)


@pytest.fixture
def moment(tmp_path: Path) -> Path:
    """The first frame of a template with postures."""
    folder = Path(shutil.copytree(YARD, tmp_path / "yard"))
    values = json.loads((folder / "config.json").read_text())
    values["time_crop"] = {"start_idx": 0, "end_idx": 2}
    (folder / "config.json").write_text(json.dumps(values))
    return folder


def test_what_it_will_be_like_is_told_before(
    tmp_path: Path, moment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _render(tmp_path / "frames", template=moment)
    assert "times as tall as the driving person" in capsys.readouterr().err


def test_a_character_without_a_body_is_rendered_all_the_same(
    tmp_path: Path, moment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rgba = np.zeros((200, 200, 4), np.uint8)
    rgba[50:150, 70:130] = (200, 60, 60, 255)
    Image.fromarray(rgba).save(tmp_path / "brick.png")
    _render(tmp_path / "frames", character=tmp_path / "brick.png", template=moment)
    assert "cannot be told before: No body was found" in capsys.readouterr().err
    assert (tmp_path / "frames" / "frame_000000.png").is_file()
