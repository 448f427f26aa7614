import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.layers.plate.fill import by_diffusion, by_patches, fill
from tests.runtime.layers.synthetic import psnr, scene

WHOLE = np.ones((96, 120), bool)


def tiles() -> np.ndarray:
    rows, columns = np.mgrid[:96, :120]
    board = np.where(((rows // 8) + (columns // 8)) % 2 == 0, 190, 70).astype(np.uint8)
    return np.dstack([board, board // 2, 255 - board])


def hole() -> np.ndarray:
    holes = np.zeros((96, 120), bool)
    holes[30:60, 40:75] = True
    return holes


def test_a_pattern_is_continued_better_than_by_diffusion() -> None:
    picture, holes = tiles(), hole()
    emptied = picture.copy()
    emptied[holes] = 0

    patches = psnr(fill(emptied, holes, WHOLE, by_patches), picture, holes)
    diffusion = psnr(fill(emptied, holes, WHOLE, by_diffusion), picture, holes)

    assert patches > diffusion + 5
    assert patches > 18


@pytest.mark.parametrize("filler", [by_patches, by_diffusion])
def test_only_holes_change_and_every_run_is_the_same(filler) -> None:
    picture, holes = scene(120, 96), hole()
    holes[80:84, 5:9] = True

    np.random.seed(1)
    one = fill(picture, holes, WHOLE, filler)
    np.random.seed(2)
    other = fill(picture, holes, WHOLE, filler)

    assert (one[~holes] == picture[~holes]).all()
    assert (one == other).all()


def test_what_is_in_the_hole_or_outside_the_picture_does_not_matter() -> None:
    picture, holes = scene(120, 96), hole()
    usable = WHOLE.copy()
    usable[:, 100:] = False
    strange = picture.copy()
    strange[holes | ~usable] = (255, 0, 255)

    filled, usual = fill(strange, holes, usable), fill(picture, holes, usable)

    assert (filled[holes] == usual[holes]).all()
    magenta = np.abs(filled[holes].astype(int) - (255, 0, 255)).max(axis=1)
    assert magenta.min() > 40


def test_a_large_hole_is_filled_at_a_lower_resolution() -> None:
    picture = np.full((900, 900, 3), 90, np.uint8)
    picture[:, ::2] = 110
    holes = np.zeros((900, 900), bool)
    holes[200:700, 200:700] = True
    sizes = []

    def filler(part, gaps):
        sizes.append(part.shape)
        return by_diffusion(part, gaps)

    filled = fill(picture, holes, np.ones_like(holes), filler)

    assert sizes[0][0] * sizes[0][1] <= 640 * 640
    assert np.abs(filled[holes].astype(int) - 100).max() < 25
    assert (filled[~holes] == picture[~holes]).all()


@settings(max_examples=8)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**31))
def test_any_size_and_any_hole_is_filled(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    picture = rng.integers(1, 255, (height, width, 3)).astype(np.uint8)
    holes = rng.random((height, width)) < 0.5

    filled = fill(picture, holes, np.ones_like(holes))

    assert filled.shape == picture.shape
    assert (filled[~holes] == picture[~holes]).all()


def test_nothing_to_go_by_gives_gray() -> None:
    nothing = np.zeros((40, 40, 3), np.uint8)
    everywhere = np.ones((40, 40), bool)

    assert (fill(nothing, everywhere, everywhere) == 128).all()
