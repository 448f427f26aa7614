import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.layers.removal.removal import person_area, removal_alpha, without_person
from tests.runtime.layers.synthetic import HEIGHT, WIDTH, person_at, psnr, scene

NONE = np.zeros((HEIGHT, WIDTH), bool)


def test_the_person_is_gone_and_the_rest_is_equal() -> None:
    view = scene(WIDTH, HEIGHT)
    person, painted = person_at(80, 118, 1)
    pixels = np.where(person[..., None], painted, view)
    alpha = removal_alpha(person_area(person), NONE)

    result = without_person(pixels, view, alpha)

    assert (result[alpha == 0] == pixels[alpha == 0]).all()
    assert psnr(result, view, person) > 50
    assert (alpha[person] == 255).all()


def test_a_view_of_another_brightness_is_matched_along_the_edge() -> None:
    view = scene(WIDTH, HEIGHT)
    slope = np.linspace(-20, 20, WIDTH, dtype=np.float32)[None, :, None]
    lit = (view + slope).clip(0, 255).astype(np.uint8)
    person, painted = person_at(140, 118, 1)
    pixels = np.where(person[..., None], painted, lit)

    result = without_person(pixels, view, removal_alpha(person_area(person), NONE))

    assert psnr(view, lit, person) < 32
    assert psnr(result, lit, person) > 40


def test_somebody_at_the_edge_does_not_stain_the_view() -> None:
    view = scene(WIDTH, HEIGHT)
    person, painted = person_at(80, 118, 1)
    pixels = np.where(person[..., None], painted, view)
    pixels[40:130, 94:120] = (255, 0, 255)
    foreign = NONE.copy()
    foreign[40:130, 94:120] = True
    alpha = removal_alpha(person_area(person), NONE, foreign.astype(np.float32))

    result = without_person(pixels, view, alpha, foreign)

    assert psnr(result, view, person & ~foreign) > 45
    assert (result[foreign] == pixels[foreign]).all()


@settings(max_examples=12)
@given(st.integers(0, 2**31), st.sampled_from(["uint8", "float32", "bool"]))
def test_nothing_changes_where_nothing_is_taken_out(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    pixels, view = rng.integers(0, 256, (2, 40, 50, 3)).astype(np.uint8)
    mask = np.zeros((40, 50), kind)
    top, left = rng.integers(0, 30, 2)
    mask[top : top + 8, left : left + 6] = 255 if kind == "uint8" else 1
    alpha = removal_alpha(person_area(mask), np.zeros((40, 50), bool))

    result = without_person(pixels, view, alpha)

    outside = alpha == 0
    assert outside.any()
    assert (result[outside] == pixels[outside]).all()


def test_no_person_is_the_frame_itself() -> None:
    view = scene(WIDTH, HEIGHT)
    alpha = removal_alpha(person_area(NONE), NONE)

    assert (without_person(view, view // 2, alpha) == view).all()
