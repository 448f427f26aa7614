import numpy as np
import pytest

from mimo_runtime.layers.removal.shadow import darker, shadow_area
from tests.runtime.layers.synthetic import (
    HEIGHT,
    WIDTH,
    Plan,
    clip,
    person_at,
    scene,
    shadow_at,
    shared,
)

VIEW = scene(WIDTH, HEIGHT)


def frame(x: float, strength: float, colour: tuple[float, float, float] = (1, 1, 1)) -> tuple:
    person, painted = person_at(x, 118, 0)
    lit = 1 - strength * shadow_at(x, 118)[..., None] * np.array(colour)
    pixels = np.where(person[..., None], painted, VIEW * lit).astype(np.uint8)
    return pixels, person, shadow_at(x, 118) & ~person


@pytest.mark.parametrize("strength", [0.25, 0.45, 0.6])
def test_a_shadow_is_found_whole_and_little_more(strength: float) -> None:
    pixels, person, shadow = frame(80, strength)

    found = shadow_area(darker(pixels, VIEW), person)

    assert (found & shadow).sum() > 0.95 * shadow.sum()
    assert shared(found, shadow) > 0.5


def test_noise_is_no_shadow() -> None:
    (shown,) = clip(Plan(count=1, shadow=False, noise=5))

    assert not shadow_area(darker(shown.pixels, shown.clean), shown.person).any()


def test_another_colour_is_no_shadow() -> None:
    pixels, person, _ = frame(80, 0.5, (1, 0, 0))

    assert not shadow_area(darker(pixels, VIEW), person).any()


def test_dark_away_from_the_feet_is_no_shadow() -> None:
    pixels, person, _ = frame(40, 0.0)
    pixels[110:125, 150:180] //= 2

    assert not shadow_area(darker(pixels, VIEW), person).any()


def test_a_shadow_goes_on_behind_what_stands_before_it() -> None:
    pixels, person, shadow = frame(80, 0.5)
    pixels[60:135, 96:104] = (20, 200, 20)
    behind = shadow.copy()
    behind[:, 94:106] = False

    found = shadow_area(darker(pixels, VIEW), person)

    assert (found & behind).sum() > 0.9 * behind.sum()


def test_other_people_are_no_shadow() -> None:
    pixels, person, shadow = frame(80, 0.5)
    foreign = np.zeros_like(person)
    foreign[50:130, 100:112] = True

    found = shadow_area(darker(pixels, VIEW), person, foreign)

    assert (found & shadow & ~foreign).sum() > 0.9 * (shadow & ~foreign).sum()
    assert not (found & foreign).any()
    assert not shadow_area(darker(pixels, VIEW), person & False).any()
