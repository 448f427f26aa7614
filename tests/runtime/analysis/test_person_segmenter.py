"""Masks of one person, against the truth of rendered pictures."""

import numpy as np
import pytest

from mimo_runtime.analysis.estimators import Estimators, open_estimators
from mimo_runtime.analysis.person_segmenter import (
    PersonSegmenter,
    joined,
    mask_in,
    normalise_overlap,
    without_others,
)
from mimo_runtime.analysis.pose_estimate import PoseEstimate, decode_pose
from mimo_runtime.analysis.square_crop import SquareCrop
from tests.runtime.analysis.recorded import CROP, recorded
from tests.runtime.analysis.rendered import character, overlap, street, walking


@pytest.fixture(scope="module")
def estimators() -> Estimators:
    return open_estimators()


def disc(size_px: int = 64, radius_px: float = 20) -> np.ndarray:
    y, x = np.mgrid[:size_px, :size_px] - (size_px - 1) / 2
    return np.clip(radius_px - np.hypot(x, y), 0, 1).astype(np.float32)


@pytest.mark.parametrize("azimuth_deg", [25, 90, 160, -40])
def test_the_mask_of_a_rendered_body(estimators: Estimators, azimuth_deg: float) -> None:
    picture = walking(9, azimuth_deg)
    (person,) = estimators.people.find(picture.pixels)
    body = estimators.bodies.find(picture.pixels, person)
    mask = estimators.masks.find(picture.pixels, body)
    assert (mask.shape, mask.dtype) == (picture.mask.shape, np.float32)
    assert 0 <= mask.min() <= mask.max() <= 1
    assert overlap(mask, picture.mask) > 0.93
    plain = body.crop.plane_in_frame(body.mask, *picture.mask.shape)
    assert overlap(mask, picture.mask) >= overlap(plain, picture.mask)


def test_each_of_two_who_touch_has_its_own_mask(estimators: Estimators) -> None:
    behind = character(street(480, 640), 130, 60)
    both = character(behind.pixels, 270, 90)
    seen = behind.mask * (1 - both.mask)
    people = sorted(estimators.people.find(both.pixels), key=lambda person: person.box.left)
    left, right = (estimators.bodies.find(both.pixels, person) for person in people)
    masks = [estimators.masks.find(both.pixels, left, [right])]
    masks.append(estimators.masks.find(both.pixels, right, [left]))
    assert overlap(masks[0], seen) > 0.9
    assert overlap(masks[1], both.mask) > 0.9
    apart = normalise_overlap(masks)
    assert not ((apart[0] > 0.5) & (apart[1] > 0.5)).any()
    assert overlap(apart[0], seen) > 0.9
    assert overlap(apart[1], both.mask) > 0.9


def test_a_hole_in_doubt_is_filled_by_the_matte_and_an_edge_is_not() -> None:
    mask = disc(128, 50)
    mask[54:74, 54:74] = 0.4
    mask = np.where((mask > 0.9), 1, mask).astype(np.float32)
    matte = disc(128, 56)
    result = joined(mask, matte)
    assert result[58:70, 58:70].min() > 0.95
    far = disc(128, 44) == 0
    np.testing.assert_allclose(result[far], mask[far], atol=0.02)


def test_what_the_matte_is_not_sure_of_changes_nothing() -> None:
    mask = disc()
    np.testing.assert_array_equal(joined(mask, np.full_like(mask, 0.8)), mask)


def test_a_pixel_belongs_to_the_body_that_is_surer() -> None:
    body = decode_pose(recorded(), CROP, 256)
    weak = body.mask * 0.6
    assert without_others(weak, CROP, [body])[body.mask > 0.9].max() < 0.1
    strong = np.ones_like(body.mask)
    np.testing.assert_array_equal(without_others(strong, CROP, [body]), strong)


def test_a_mask_in_another_crop_is_that_of_the_frame() -> None:
    body: PoseEstimate = decode_pose(recorded(), CROP, 256)
    other = SquareCrop(200, 200, 300, 0.3)
    direct = mask_in(body, other, 128)
    frame = body.crop.plane_in_frame(body.mask, 640, 480)
    levels = np.rint(frame * 255).astype(np.uint8)
    through = other.picture(np.repeat(levels[..., None], 3, axis=2), 128)[..., 0] / 255
    assert np.abs(direct - through).mean() < 0.01


def test_without_a_matte_the_bodys_own_mask_is_used() -> None:
    picture = character(character(street(480, 640), 60, 60).pixels, 330, 90).pixels
    body = decode_pose(recorded(), CROP, 256)
    found = PersonSegmenter().find_in_crop(picture, body)
    inside = CROP.inside(640, 480, 256)
    np.testing.assert_array_equal(found, body.mask * inside)
