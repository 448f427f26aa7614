"""HEIC pictures: tiles in their places, upright, in sRGB; sentences where that cannot be."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.media.picture import read_picture

from .clips import picture
from .frames import psnr_db
from .heic import heic
from .test_profiles import DISPLAY_P3, in_gamut, profile

RGB = np.asarray(Image.fromarray(picture(3)).resize((300, 220)))


@pytest.mark.parametrize("tile_px", [64, 128, 320])
def test_tiles_lie_where_they_belong(limits: MediaLimits, tile_px: int) -> None:
    assert psnr_db(read_picture(heic(RGB, tile_px), "a.heic", limits), RGB) > 34


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_picture_arrives_upright(limits: MediaLimits, turns: int) -> None:
    found = read_picture(heic(RGB, 128, turns), "a.heic", limits)
    assert psnr_db(found, np.rot90(RGB, turns)) > 34


def test_the_colours_of_a_phone(limits: MediaLimits) -> None:
    wide, plain = in_gamut(DISPLAY_P3, 2.2), picture(3)
    found = read_picture(heic(wide, 64, 0, profile(DISPLAY_P3, 2.2)), "a.heic", limits)
    ignored = read_picture(heic(wide, 64), "a.heic", limits)
    error = np.abs(found.astype(int) - plain).mean()
    assert error < 3  # a quarter of the colours is kept
    assert np.abs(ignored.astype(int) - plain).mean() > error + 1


def test_a_large_one_is_reduced(limits: MediaLimits) -> None:
    found = read_picture(heic(RGB, 128), "a.heic", replace(limits, reduced_picture_px=150 * 110))
    assert psnr_db(found, np.asarray(Image.fromarray(RGB).resize((150, 110)))) > 30


def test_limits_are_kept(limits: MediaLimits) -> None:
    with pytest.raises(LimitExceededError, match="300x220 pixels"):
        read_picture(heic(RGB, 128), "a.heic", replace(limits, max_picture_px=1000))


@pytest.mark.parametrize("share", [0.02, 0.1, 0.6, 0.95])
def test_one_that_is_cut_off_is_a_sentence(limits: MediaLimits, share: float) -> None:
    data = heic(RGB, 128)
    with pytest.raises(MediaError, match=r"'a\.heic' .*(save|encode|copy) it again"):
        read_picture(data[: int(share * len(data))], "a.heic", limits)


def test_without_the_library_the_way_out_is_told(
    limits: MediaLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(MediaError, match=r"pip install pi-heif.*save the picture as JPEG"):
        read_picture(heic(RGB, 128), "me.heic", limits)
