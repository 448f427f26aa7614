import numpy as np
import pytest

from mimo_runtime.planning.crops import plan_crop_segments
from mimo_runtime.planning.pixel_rect import PixelRect
from mimo_runtime.planning.rules import OFFICIAL
from mimo_runtime.synthesis.crop import BLACK, WHITE, cut_square, fit_back
from mimo_runtime.synthesis.person import person_box
from tests.golden import GOLDEN, LARGE, load

SETS = [folder for folder in (GOLDEN, LARGE) if folder]


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_squares_equal_the_recorded_ones(folder):
    template, recorded = load("00_template", folder), load("11_edit", folder)
    used = recorded["source_frame_indices"]
    motion, scene = template["sdc_u8"][used], template["bk_u8"][used]
    height, width = motion.shape[1:3]
    segments = plan_crop_segments([person_box(frame) for frame in motion], width, height, OFFICIAL)
    first, last = segments[0], segments[-1]
    assert np.array_equal(
        cut_square(motion[first.frames[0]], first.crop, BLACK), recorded["pose_ctx_first_u8"]
    )
    assert np.array_equal(
        cut_square(scene[last.frames[-1]], last.crop, WHITE), recorded["bk_ctx_last_u8"]
    )
    shapes = [
        cut_square(motion[frame], segment.crop, BLACK).shape[:2]
        for segment in segments
        for frame in segment.frames
    ]
    assert shapes == [tuple(size) for size in recorded["padded_sizes_hw"].tolist()]


@pytest.mark.parametrize("grey", [BLACK, WHITE])
def test_a_square_of_its_own_size_fits_back_unchanged(grey):
    frame = np.random.default_rng(1).integers(0, 256, (60, 70, 3), np.uint8)
    crop = PixelRect(left=5, right=46, top=20, bottom=57)
    square = cut_square(frame, crop, grey)
    assert square.shape == (48, 48, 3)
    assert np.array_equal(fit_back(square, crop), frame[20:57, 5:46])
    outside = square.copy()
    outside[5:42, 3:44] = grey
    assert (outside == grey).all()


def test_a_square_of_another_size_is_resized_first():
    flat = np.full((96, 80, 3), 77, np.uint8)
    assert np.array_equal(
        fit_back(flat, PixelRect(0, 30, 0, 20)), np.full((20, 30, 3), 77, np.uint8)
    )
