"""Pictures that are stored turned or mirrored arrive as players show them."""

import struct
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.errors import MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.orientation import UPRIGHT, Orientation
from mimo_runtime.media.reader import inspect_clip, open_clip

from .clips import picture, write_clip
from .frames import all_frames, psnr_db

ONE = 1 << 16
STRAIGHT = [(a, 0, 0, d) for a, d in product((1, -1), repeat=2)]
ACROSS = [(0, b, c, 0) for b, c in product((1, -1), repeat=2)]
WAYS = STRAIGHT + ACROSS


def matrix(a: int, b: int, c: int, d: int) -> list[int]:
    return [a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30]


def shown(pixels: np.ndarray, a: int, b: int, c: int, d: int) -> np.ndarray:
    """By the definition: the stored pixel (x, y) goes to (a x + c y, b x + d y)."""
    rows, columns = pixels.shape[:2]
    y, x = np.mgrid[:rows, :columns]
    across, down = a * x + c * y, b * x + d * y
    across, down = across - across.min(), down - down.min()
    result = np.zeros((down.max() + 1, across.max() + 1, *pixels.shape[2:]), pixels.dtype)
    result[down, across] = pixels
    return result


@pytest.mark.parametrize("way", WAYS)
def test_the_matrix_is_what_its_definition_says(way: tuple[int, int, int, int]) -> None:
    orientation = Orientation.from_matrix(struct.pack("<9i", *matrix(*way)))
    assert orientation is not None
    np.testing.assert_array_equal(orientation.upright(picture(0)), shown(picture(0), *way))
    assert (orientation == UPRIGHT) == (way == (1, 0, 0, 1))


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv"])
@pytest.mark.parametrize("way", WAYS)
def test_eight_ways_to_show_a_clip(
    tmp_path: Path, limits: MediaLimits, way: tuple[int, int, int, int], name: str
) -> None:
    path = write_clip(tmp_path / name, [picture(3)] * 3, display_matrix=matrix(*way))
    info, frames = inspect_clip(path, limits), all_frames(path)
    assert frames.shape == (3, info.height_px, info.width_px, 3)
    assert psnr_db(frames[0], shown(picture(3), *way)) > 33


def test_a_turn_by_less_than_a_quarter_is_refused(tmp_path: Path, limits: MediaLimits) -> None:
    path = write_clip(tmp_path / "a.mp4", [picture(0)] * 3, rotation_deg=30)
    with pytest.raises(MediaError, match=r"turned by less than a quarter, or skewed; .* upright"):
        inspect_clip(path, limits)


@pytest.mark.parametrize("codec", ["libx264", "libvpx-vp9"])  # in the stream; in the container
@pytest.mark.parametrize(
    ("aspect", "size"), [(Fraction(4, 3), (64, 48)), (Fraction(3, 4), (36, 48))]
)
@pytest.mark.parametrize("rotation_deg", [0, 90])
def test_pixels_that_are_not_square(
    tmp_path: Path,
    limits: MediaLimits,
    codec: str,
    aspect: Fraction,
    size: tuple[int, int],
    rotation_deg: int,
) -> None:
    path = write_clip(
        tmp_path / "a.mp4",
        [picture(2, 48, 48)] * 3,
        codec=codec,
        pixel_aspect=aspect,
        rotation_deg=rotation_deg,
    )
    info = inspect_clip(path, limits)
    expected = np.rot90(picture(2, *size), rotation_deg // 90)
    assert (info.width_px, info.height_px) == expected.shape[1::-1]
    assert psnr_db(all_frames(path)[1], expected) > 29


def test_pixels_that_are_nearly_square_are_left_alone(tmp_path: Path, limits: MediaLimits) -> None:
    path = write_clip(
        tmp_path / "a.mp4", [picture(2)] * 3, pixel_aspect=Fraction(4096, 4095)
    )  # fmt: skip
    assert inspect_clip(path, limits).pixel_aspect == 1


def test_frames_come_in_the_size_that_is_asked_for(tmp_path: Path, limits: MediaLimits) -> None:
    path = write_clip(tmp_path / "a.mp4", [picture(0, 128, 96)] * 3, rotation_deg=-90)
    with open_clip(path, limits, size_px=(36, 48)) as reader:
        frames = np.concatenate([batch.frames.copy() for batch in reader])
    assert frames.shape == (3, 48, 36, 3)
    assert psnr_db(frames[0], np.rot90(picture(0, 48, 36), -1)) > 27
