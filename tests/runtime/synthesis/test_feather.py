import numpy as np
import pytest
from PIL import Image

from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.planning.pixel_rect import PixelRect
from mimo_runtime.synthesis.feather import (
    default_feather_masks,
    feather_masks_from_pictures,
    mask_files,
)
from mimo_runtime.wire.kinds import FEATHER_MODES
from tests.golden import GOLDEN
from tests.runtime.synthesis.requests import official_masks

FOLDER = GOLDEN / "masks"


def test_a_folder_of_official_masks_is_read():
    feather = official_masks(FOLDER)
    assert tuple(feather.masks) == FEATHER_MODES
    for mode, mask in feather.masks.items():
        levels = np.asarray(Image.open(FOLDER / f"alpha2_{mode}.png"))[..., 0]
        assert mask.dtype == np.float32
        assert np.array_equal(mask, levels.astype(np.float32) / np.float32(255))


def test_missing_masks_are_named(tmp_path):
    with pytest.raises(InvalidRequestError, match=r"missing for up_down_left_right, .*inner"):
        mask_files(tmp_path)


def test_a_mask_that_is_no_picture_is_named():
    pictures = {mode: (FOLDER / f"alpha2_{mode}.png").read_bytes() for mode in FEATHER_MODES}
    with pytest.raises(MediaError, match="left_up"):
        feather_masks_from_pictures(pictures | {"left_up": b"not a picture"})


@pytest.mark.parametrize("mode", FEATHER_MODES)
def test_the_default_ramps_only_on_sides_inside_the_frame(mode):
    mask = default_feather_masks().masks[mode]
    middle = len(mask) // 2
    edges = {
        "left": mask[middle, 0],
        "right": mask[middle, -1],
        "up": mask[0, middle],
        "down": mask[-1, middle],
    }
    for side, level in edges.items():
        assert level == 1.0 if side in mode.split("_") else 0.0 <= level < 0.01
    assert mask[middle, middle] == 1.0
    assert mask.min() >= 0.0
    assert mask.max() == 1.0


def test_the_mask_of_the_touched_borders_is_fitted_to_the_crop():
    feather = default_feather_masks()
    crop = PixelRect(left=0, right=50, top=10, bottom=40)
    mask = feather.fitted(crop, 100, 80, crop)
    assert mask.shape == (30, 50)
    assert mask[15, 0] == pytest.approx(1.0)
    assert mask[15, -1] < 0.1
    assert mask[0, 25] < 0.1
