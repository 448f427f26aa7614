"""The sample that ships with the program is what `mimo_synthetic.sample.make` draws."""

import json
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace
from numpy.typing import NDArray
from PIL import Image

import mimo_runtime
from mimo_synthetic.sample.body import A_POSE, points, walk_pose
from mimo_synthetic.sample.figure import Placement, surface_coloured
from mimo_synthetic.sample.limbs import body_limbs
from mimo_synthetic.sample.make import (
    FRAME_COUNT,
    RATE_FPS,
    STREAMS,
    template_frame,
    write_sample,
)
from mimo_synthetic.sample.surface import capsules, find_surface

SAMPLE = Path(mimo_runtime.__file__).parent / "sample"
MIDDLE = 20
ITU_BT709, LIMITED_RANGE = 1, 1

Picture = NDArray[np.uint8]


def decoded(path: Path) -> list[Picture]:
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        return [frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in frames]


@pytest.fixture(scope="module")
def shipped() -> dict[str, list[Picture]]:
    return {name: decoded(SAMPLE / "template" / f"{name}.mp4") for name in STREAMS}


def opened(path: Path) -> Picture:
    with Image.open(path) as picture:
        return np.array(picture)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "new"
    write_sample(folder, frame_count=1)
    return folder


@pytest.fixture(scope="module")
def drawn() -> dict[str, Picture]:
    return template_frame(MIDDLE)


@pytest.mark.parametrize("name", STREAMS)
def test_shipped_frame_is_the_one_drawn_here(
    name: str, shipped: dict[str, list[Picture]], drawn: dict[str, Picture]
) -> None:
    difference = shipped[name][MIDDLE].astype(float) - drawn[name]
    assert 10 * np.log10(255**2 / (difference**2).mean()) > 32
    assert np.abs(difference.mean(axis=(0, 1))).max() < 2.0


def test_colours_are_right_only_as_bt709(drawn: dict[str, Picture]) -> None:
    with av.open(str(SAMPLE / "template" / "vid.mp4")) as container:
        frame = list(container.decode(video=0))[MIDDLE]
    as_tagged = frame.to_ndarray(format="rgb24")
    as_bt601 = frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU601).to_ndarray()
    right, wrong = (np.abs(seen.astype(float) - drawn["vid"]) for seen in (as_tagged, as_bt601))
    assert 1.2 * right.mean() < wrong.mean()


def test_streams_are_equal_in_size_count_and_rate(shipped: dict[str, list[Picture]]) -> None:
    assert {len(frames) for frames in shipped.values()} == {FRAME_COUNT}
    assert {frame.shape for frames in shipped.values() for frame in frames} == {(192, 256, 3)}
    for name in STREAMS:
        with av.open(str(SAMPLE / "template" / f"{name}.mp4")) as container:
            stream = container.streams.video[0]
            assert stream.average_rate == RATE_FPS
            assert stream.codec_context.colorspace == ITU_BT709
            assert stream.codec_context.color_range == LIMITED_RANGE


def test_config_selects_every_frame() -> None:
    config = json.loads((SAMPLE / "template" / "config.json").read_text(encoding="utf-8"))
    assert config["fps"] == RATE_FPS
    assert int(config["fps"] * config["time_crop"]["start_idx"] / 30) == 0
    assert int(config["fps"] * config["time_crop"]["end_idx"] / 30) == FRAME_COUNT


def test_the_body_stays_inside_the_picture(shipped: dict[str, list[Picture]]) -> None:
    for frame in shipped["sdc"]:
        person = frame.max(axis=2) > 40
        assert person.any()
        border = np.concatenate([person[0], person[-1], person[:, 0], person[:, -1]])
        assert not border.any()


def test_the_person_walks_behind_the_occluder(shipped: dict[str, list[Picture]]) -> None:
    hidden = [
        int(((body.max(axis=2) > 40) & (front[..., 0] > 200)).sum())
        for body, front in zip(shipped["sdc"], shipped["occ"], strict=True)
    ]
    assert hidden[0] == 0
    assert max(hidden) > 300
    mask, front = shipped["mask"][MIDDLE], shipped["occ"][MIDDLE]
    assert mask[front > 250].max() < 60


def test_scene_is_the_video_without_the_person(drawn: dict[str, Picture]) -> None:
    elsewhere = np.ones((192, 256), dtype=bool)
    rows, columns = np.nonzero(drawn["mask"][..., 0])
    elsewhere[rows.min() - 20 : rows.max() + 40, columns.min() - 60 : columns.max() + 60] = False
    np.testing.assert_array_equal(drawn["vid"][elsewhere], drawn["bk"][elsewhere])
    assert np.abs(drawn["vid"].astype(int) - drawn["bk"]).max() > 60


def test_character_ships_with_a_clean_matte(written: Path) -> None:
    pixels = opened(SAMPLE / "character.png")
    assert np.abs(pixels.astype(int) - opened(written / "character.png")).mean() < 0.1
    alpha = pixels[..., 3]
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert border.max() == 0
    assert (alpha == 255).mean() > 0.2
    assert ((alpha > 0) & (alpha < 255)).mean() < 0.05


def test_resting_body_knows_its_own_places() -> None:
    body = capsules(body_limbs(), points(A_POSE), heading=0.0)
    x, y = np.meshgrid(np.linspace(-0.6, 0.6, 40), np.linspace(0.0, 1.75, 60))
    surface = find_surface(body, x.ravel(), y.ravel())
    assert len(surface.rays) > 300
    np.testing.assert_allclose(surface.rest_points[:, 0], x.ravel()[surface.rays], atol=1e-6)
    np.testing.assert_allclose(surface.rest_points[:, 1], y.ravel()[surface.rays], atol=1e-6)


@pytest.mark.parametrize("phase", [0.0, 0.37])
def test_a_point_of_the_body_keeps_its_colour(phase: float) -> None:
    place = Placement(100.0, 190.0, 100.0, 30.0)
    colours = []
    for pose in (A_POSE, walk_pose(phase)):
        picture = surface_coloured(pose, place, (200, 200))
        nose = points(pose)["nose"]
        across = nose[0] * np.cos(np.radians(30)) + nose[2] * np.sin(np.radians(30))
        colours.append(picture[int(190 - 100 * nose[1]), int(100 + 100 * across)])
    np.testing.assert_allclose(colours[0], colours[1], atol=12)
    assert colours[0][3] == 255


def test_write_sample_makes_the_official_layout(written: Path) -> None:
    names = sorted(path.name for path in (written / "template").iterdir())
    assert names == sorted([*(f"{name}.mp4" for name in STREAMS), "config.json"])
    assert len(decoded(written / "template" / "vid.mp4")) == 1
