"""Colours that survive every back end: known patches, encoded here, with the tags they need."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mimo_runtime.errors import MediaError
from mimo_runtime.media.clip_notes import clip_notes
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.reader import inspect_clip

from .clips import BT601, BT709, write_clip
from .frames import all_frames

PATCHES = np.array(
    [
        (200, 60, 60),
        (60, 180, 70),
        (70, 80, 190),
        (190, 170, 60),
        (180, 100, 160),
        (60, 160, 170),
        (128, 128, 128),
        (235, 235, 235),
    ],
    np.uint8,
)
PATCH_PX = 32

# Rounding in RGB to YCbCr and back, 8 bits each way, and the quantiser: at most this many levels.
# With the other matrix the worst of the patches is off by 20.
TOLERANCE = 3.0

has_dali = importlib.util.find_spec("nvidia") and importlib.util.find_spec("nvidia.dali")
DALI = pytest.param(
    "dali", marks=pytest.mark.skipif(not has_dali, reason="nvidia-dali is not installed")
)


def patch_picture() -> NDArray[np.uint8]:
    return PATCHES[None].repeat(PATCH_PX, 1).repeat(PATCH_PX, 0).reshape(PATCH_PX, -1, 3)


def patch_error(path: Path, decoder: str) -> float:
    """The largest error of a patch's mean, away from its edges, in any frame."""
    frames = all_frames(path, decoder=decoder).reshape(-1, PATCH_PX, len(PATCHES), PATCH_PX, 3)
    means = frames[:, 8:-8, :, 8:-8].mean(axis=(1, 3))
    return float(np.abs(means - PATCHES).max())


@pytest.mark.parametrize("decoder", ["pyav", DALI])
@pytest.mark.parametrize(("name", "matrix"), [("709", BT709), ("601", BT601)])
def test_vp9_patches(tmp_path: Path, decoder: str, name: str, matrix: int) -> None:
    path = tmp_path / f"{name}.webm"
    write_clip(path, [patch_picture()] * 3, codec="libvpx-vp9", matrix=matrix)
    assert patch_error(path, decoder) <= TOLERANCE


@pytest.mark.parametrize(("name", "matrix"), [("709", BT709), ("601", BT601), ("untagged", None)])
def test_h264_patches(tmp_path: Path, name: str, matrix: int | None) -> None:
    path = write_clip(tmp_path / f"{name}.mp4", [patch_picture()] * 3, matrix=matrix)
    assert patch_error(path, "pyav") <= TOLERANCE


def test_untagged_video_in_hd_is_taken_as_players_do(tmp_path: Path) -> None:
    large = patch_picture().repeat(5, 0).repeat(5, 1)
    path = write_clip(tmp_path / "hd.mp4", [large] * 2, converted_with=BT709)
    info = inspect_clip(path, MediaLimits())
    assert (info.colour.matrix, info.colour.is_guessed) == ("bt709", True)
    assert "not tagged; they were taken as BT.709" in " ".join(clip_notes(info))
    means = all_frames(path).reshape(2, 160, len(PATCHES), 160, 3)[:, 20:-20, :, 20:-20]
    assert np.abs(means.mean(axis=(1, 3)) - PATCHES).max() <= TOLERANCE


@pytest.mark.parametrize("decoder", ["pyav", DALI])
def test_full_range_mjpeg_patches(tmp_path: Path, decoder: str) -> None:
    path = tmp_path / "full.mkv"
    write_clip(path, [patch_picture()] * 3, codec="mjpeg", pixel_format="yuvj420p")
    assert patch_error(path, decoder) <= TOLERANCE


@pytest.mark.parametrize("name", ["full.mp4", "full.mkv"])
def test_full_range_patches(tmp_path: Path, name: str) -> None:
    options = {"x264-params": "fullrange=on"}
    path = write_clip(
        tmp_path / name, [patch_picture()] * 3, matrix=BT709, is_full=True, codec_options=options
    )
    assert patch_error(path, "pyav") <= TOLERANCE


def test_colours_that_would_be_taken_for_others_are_refused(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "a.mp4",
        [patch_picture()] * 2,
        codec_options={"x264-params": "colormatrix=YCgCo"},
    )
    with pytest.raises(MediaError, match="has colours as YCgCo, which is not read; encode it"):
        all_frames(path)


def test_the_patches_tell_the_matrices_apart(tmp_path: Path) -> None:
    """A clip with the wrong tag fails what the tests above ask for."""
    path = tmp_path / "wrong.mp4"
    write_clip(path, [patch_picture()] * 3, matrix=BT709, converted_with=BT601)
    assert patch_error(path, "pyav") > 4 * TOLERANCE
