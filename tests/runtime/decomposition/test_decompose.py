"""Made-up videos through all stages: what is written, and what happens when it goes wrong."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.decomposition import progress as stages
from mimo_runtime.decomposition.decompose import DecomposeOptions, decompose
from mimo_runtime.decomposition.preview import write_preview
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.motions.files.source import read_motion
from mimo_runtime.synthesis.person import person_box
from mimo_runtime.templates.folder import MOTION, OCCLUSION, SCENE, SOURCE, Template, open_template
from tests.runtime.decomposition.clips import (
    SIZE_PX,
    empty_yard,
    passing,
    walk_truth,
    walking,
    write_video,
)

OPTIONS = DecomposeOptions(threads=1)
STAGES = (stages.PEOPLE, stages.BODY, stages.FIT, stages.DRAW, stages.LAYERS, stages.WRITE)
FILES = {"vid.mp4", "sdc.mp4", "bk.mp4", "mask.mp4", "config.json", "extras"}


def _silent(*_: object) -> None:
    pass


def _opened(folder: Path) -> Template:
    return open_template(folder, MediaLimits())


def _report(folder: Path) -> dict:
    return json.loads((folder / "extras" / "report.json").read_text())


def _frames(template: Template, name: str) -> list[np.ndarray]:
    return [frame.copy() for frame in template.frames(name, range(template.frame_count))]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template of somebody who walks, interrupted once in every stage on the way."""
    place = tmp_path_factory.mktemp("made")
    video = write_video(place / "walk.mp4", walking())
    target = place / "walk"
    for done, name in enumerate(STAGES):
        _interrupt(video, target, name)
        assert not target.exists()
        finished = sorted(f.parent.name for f in (place / ".walk.decomposing").glob("*/done.json"))
        after = done + (name == stages.FIT)  # which speaks only when it is done
        assert finished == sorted(STAGES[:after])
    report = decompose(video, target, OPTIONS, _silent)
    assert report is not None
    again = [(one["name"], one["resumed"]) for one in report.facts["stages"]]
    assert again == [(name, name != stages.WRITE) for name in STAGES]
    assert sorted(entry.name for entry in place.iterdir()) == ["walk", "walk.mp4"]
    return target


def _interrupt(video: Path, target: Path, name: str) -> None:
    def told(stage: str, done: int, total: int) -> None:
        if stage == name:
            assert 1 <= done <= total
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decompose(video, target, OPTIONS, told)


def test_the_folder_is_a_template_of_the_whole_video(made: Path) -> None:
    assert {entry.name for entry in made.iterdir()} - {"occ.mp4"} >= FILES
    template = _opened(made)
    assert (template.width_px, template.height_px) == (SIZE_PX, SIZE_PX)
    assert (template.frame_count, template.rate_fps) == (len(walking()), Fraction(15))
    config = json.loads((made / "config.json").read_text())
    assert config["fps"] == 15
    assert config["time_crop"] == {"start_idx": 0, "end_idx": 12}


def test_the_motion_is_on_the_person_and_the_scene_without(made: Path) -> None:
    template = _opened(made)
    layers = (_frames(template, name) for name in (SOURCE, MOTION, SCENE))
    overlaps = []
    for true, source, motion, scene in zip(walk_truth(), *layers, strict=True):
        person, body = true.human > 0.5, motion.max(axis=2) > 10
        overlaps.append((person & body).sum() / (person | body).sum())
        assert np.abs(source.astype(int) - true.pixels).mean() < 4
        left, was = (
            np.abs(picture.astype(int) - true.scene)[person].mean()
            for picture in (scene, true.pixels)
        )
        assert left < 0.5 * was
    assert np.median(overlaps) > 0.55


def test_extras_are_what_was_found(made: Path) -> None:
    count = len(walking())
    extras = {path.name: path for path in (made / "extras").iterdir()}
    motion = read_motion(extras["poses.npz"]).person.motion
    assert motion.frame_count == count
    with np.load(extras["person.npz"]) as person:
        assert person["found"].all()
        np.testing.assert_array_equal(person["source_frame"], np.arange(count))
        assert person["source_time_s"] == pytest.approx(np.arange(count) / 15)
    with np.load(extras["landmarks.npz"]) as landmarks:
        assert landmarks["world"].shape == (count, 33, 3)
    with np.load(extras["camera.npz"]) as camera:
        assert camera["rotation"].shape == (count, 3, 3)
        assert camera["drawn"].all()
    report = _report(made)
    assert report["person"] == 1
    assert report["found"] == 1
    assert report["template"]["frame_count"] == count
    assert [stage["name"] for stage in report["stages"]] == list(STAGES)
    assert all(stage["frames_per_s"] > 0 for stage in report["stages"])
    assert json.loads(extras["layers.json"].read_text()) == report["layers"]


def test_the_same_again_is_left_alone_and_another_wish_is_not(made: Path) -> None:
    video = made.with_name("walk.mp4")
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    assert decompose(video, made, OPTIONS, _silent) is None
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before
    with pytest.raises(InvalidRequestError, match="no person 5"):
        decompose(video, made, DecomposeOptions(threads=1, person=5), _silent)
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before


def test_a_preview_shows_the_layers(made: Path) -> None:
    picture, video = write_preview(made)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert video.stat().st_size > 1000
    assert _opened(made).frame_count == len(walking())


def test_a_preview_that_cannot_be_written_leaves_nothing(made: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made, tmp_path / "copy"))
    (folder / "preview.png").unlink(missing_ok=True)
    (folder / "preview.png").mkdir()
    with pytest.raises(InvalidRequestError, match=r"preview\.png' cannot be written"):
        write_preview(folder)
    assert not list(folder.glob(".*"))


def test_a_network_that_cannot_be_opened_leaves_nothing(tmp_path: Path) -> None:
    video = write_video(tmp_path / "walk.mp4", walking()[:2])
    (tmp_path / "depth.onnx").write_bytes(b"no network")
    (tmp_path / "models.json").write_text('{"depth": "depth.onnx"}')
    before = set(tmp_path.iterdir())
    with pytest.raises(InvalidRequestError, match="cannot load"):
        decompose(
            video, tmp_path / "t", DecomposeOptions(tmp_path / "models.json", threads=1), _silent
        )
    assert set(tmp_path.iterdir()) == before


def test_who_passes_in_front_is_the_occlusion_of_the_other(tmp_path: Path) -> None:
    truth = passing()
    video = write_video(tmp_path / "two.mp4", [frame.pixels for frame in truth])
    report = decompose(video, tmp_path / "two", DecomposeOptions(threads=1, person=1), _silent)
    assert report is not None
    assert any("another can be chosen by its number" in note for note in report.notes)
    (other,) = report.facts["order"]["others"]
    assert other["person"] == 2
    assert other["nearer"]
    assert 0 < other["confidence"] <= 1
    template = _opened(tmp_path / "two")
    front = _frames(template, OCCLUSION)[-1][..., 0] > 128
    true = truth[-1].front > 0.5
    assert (front & true).sum() > 0.6 * (front | true).sum()
    body = _frames(template, MOTION)[-1].max(axis=2) > 10
    person = truth[-1].human_full > 0.5
    assert (body & person).sum() > 0.5 * body.sum()


def test_one_frame_is_enough(tmp_path: Path) -> None:
    video = write_video(tmp_path / "one.mp4", walking()[:1])
    decompose(video, tmp_path / "one", OPTIONS, _silent)
    template = _opened(tmp_path / "one")
    assert template.frame_count == 1
    assert person_box(_frames(template, MOTION)[0])


def test_nobody_is_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    video = write_video(tmp_path / "yard.mp4", empty_yard())
    with pytest.raises(MediaError, match="Nobody was found in the video"):
        decompose(video, tmp_path / "yard", OPTIONS, _silent)
    assert [entry.name for entry in tmp_path.iterdir()] == ["yard.mp4"]


def test_of_a_film_the_longest_shot_is_taken_upright(tmp_path: Path) -> None:
    """Two shots, the second longer; the picture is higher than wide."""
    first = [255 - frame[:, ::-1] for frame in empty_yard(2)]
    second = walking()[:3]
    tall = [frame[:, 40:160] for frame in [*first, *second]]
    video = write_video(tmp_path / "film.mp4", tall)
    report = decompose(video, tmp_path / "film", DecomposeOptions(short_side_px=96), _silent)
    assert report is not None
    template = _opened(tmp_path / "film")
    assert (template.width_px, template.height_px) == (96, 180)
    assert template.frame_count == 3
    assert report.facts["shot"] == {"number": 2, "of": 2}
    assert report.facts["template"]["first_source_frame"] == 2
    assert any("Shot 2 was decomposed" in note for note in report.notes)
    assert any("was reduced to 96x180" in note for note in report.notes)


def test_half_a_body_works_and_is_said(tmp_path: Path) -> None:
    """The frames end above the knees."""
    frames = [np.repeat(np.repeat(f[50:126, 30:130], 3, 0), 3, 1) for f in walking()[:2]]
    video = write_video(tmp_path / "half.mp4", frames)
    report = decompose(video, tmp_path / "half", OPTIONS, _silent)
    assert report is not None
    assert _opened(tmp_path / "half").frame_count == 2
    assert any("Only half of the body" in warning for warning in report.warnings)


def test_a_damaged_video_is_a_sentence(tmp_path: Path) -> None:
    video = write_video(tmp_path / "walk.mp4", walking()[:2])
    content = video.read_bytes()
    video.write_bytes(content[: len(content) // 2])
    with pytest.raises(MediaError, match=r"walk\.mp4"):
        decompose(video, tmp_path / "walk", OPTIONS, _silent)
    assert [entry.name for entry in tmp_path.iterdir()] == ["walk.mp4"]
