"""Two who cross, told apart by what they wore when they stood apart."""

from dataclasses import replace

import numpy as np

from mimo_runtime.analysis.appearance import AppearanceModels
from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.tracker import Tracked
from tests.runtime.analysis.people import standing

GREY, RED, BLUE = (120, 125, 118), (210, 30, 30), (30, 40, 200)
HEIGHT, WIDTH = 96, 160


def block(left: int, right: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[20:80, left:right] = 1
    return mask


def picture(red: np.ndarray, blue: np.ndarray) -> np.ndarray:
    pixels = np.full((HEIGHT, WIDTH, 3), GREY, np.uint8)
    pixels[red > 0.5] = RED
    pixels[blue > 0.5] = BLUE
    return pixels


def person(number: int, left: int, right: int) -> Tracked:
    box = BBox(left, 20, right, 80)
    return Tracked(number, replace(standing((left + right) / 2), box=box))


def learned(in_company: bool = True, index: int = 0) -> AppearanceModels:
    red, blue = block(20, 50), block(100, 130)
    appearance = AppearanceModels()
    appearance.learn(picture(red, blue), {1: red, 2: blue}, in_company, index)
    return appearance


def test_a_mask_that_holds_both_is_shared_out() -> None:
    red, blue = block(40, 60), block(60, 80)
    people = [person(1, 40, 60), person(2, 60, 80)]
    both = np.maximum(red, blue)
    found = learned().assign_pixels(picture(red, blue), people, {1: both, 2: blue})
    for mask, truth in ((found[1], red), (found[2], blue)):
        assert np.abs((mask > 0.5) - truth).mean() < 0.01
    assert (found[1] + found[2]).max() < 1.0001


def test_who_has_no_mask_gets_one_by_the_clothes_if_these_are_known() -> None:
    red, blue = block(40, 70), block(60, 80)
    people, pixels = [person(1, 40, 70), person(2, 60, 80)], picture(red, blue)
    found = learned().assign_pixels(pixels, people, {2: blue})
    assert np.abs((found[1] > 0.5) - red * (1 - blue)).mean() < 0.01
    assert set(AppearanceModels().assign_pixels(pixels, people, {2: blue})) == {2}


def test_what_clothes_alone_make_likely_is_wholly_the_persons() -> None:
    red, blue = block(40, 50), block(100, 130)
    people = [person(1, 40, 75), person(2, 100, 130)]
    found = learned().assign_pixels(picture(red, blue), people, {2: blue})[1]
    assert found[30:70, 40:50].min() > 0.99
    assert found[:, 55:].max() < 0.001


def test_beyond_the_people_masks_stay_as_they_are() -> None:
    red, blue = block(40, 60), block(60, 80)
    odd = red.copy()
    odd[2:6, 150:155] = 0.7
    people = [person(1, 40, 60), person(2, 60, 80)]
    found = learned().assign_pixels(picture(red, blue), people, {1: odd, 2: blue})
    np.testing.assert_array_equal(found[1][:, 110:], odd[:, 110:])


def test_of_somebody_alone_only_some_frames_are_learned_from() -> None:
    red, blue = block(40, 60), block(60, 80)
    people, pixels = [person(1, 40, 60), person(2, 60, 80)], picture(red, blue)
    for index, numbers in ((3, {2}), (8, {1, 2})):
        appearance = learned(in_company=False, index=index)
        assert set(appearance.assign_pixels(pixels, people, {2: blue})) == numbers
