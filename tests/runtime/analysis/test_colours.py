"""Pixels shared out by shape and colour."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.analysis.colours import LEVELS, assign_pixels, bins_of, no_colours
from tests.runtime.analysis.examples import few

RED, BLUE, GREY = (220, 20, 30), (20, 40, 210), (120, 120, 120)


def plain(colour: tuple[int, int, int], side: int = 24) -> np.ndarray:
    return np.full((side, side, 3), colour, np.uint8)


def wearing(colour: tuple[int, int, int]):
    bins = bins_of(plain(colour))
    return no_colours().learned(bins, np.ones(bins.shape, bool))


def half_red_half_blue() -> np.ndarray:
    pixels = plain(RED)
    pixels[:, 12:] = BLUE
    return pixels


def test_every_level_has_its_bin() -> None:
    grid = np.stack(np.meshgrid(*[np.arange(0, 256, 16)] * 3, indexing="ij"), -1).astype(np.uint8)
    bins = bins_of(grid.reshape(64, 64, 3))
    assert sorted(bins.ravel().tolist()) == list(range(LEVELS**3))


def test_likely_is_what_was_seen_then_what_is_near_it_then_the_rest() -> None:
    likely = wearing(RED).log_likelihoods()
    seen, near, far = (int(bins_of(plain(c, 1))[0, 0]) for c in (RED, (200, 20, 30), BLUE))
    assert likely[seen] > likely[near] > likely[far]
    assert np.exp(likely).sum() == pytest.approx(1, abs=1e-3)
    assert not no_colours().known
    np.testing.assert_allclose(no_colours().log_likelihoods(), likely[far], atol=4)


def test_what_was_seen_lately_counts_more() -> None:
    bins, where = bins_of(plain(BLUE)), np.ones((24, 24), bool)
    model = wearing(RED).learned(bins, where)
    red, blue = (int(bins_of(plain(colour, 1))[0, 0]) for colour in (RED, BLUE))
    assert model.counts[blue] > model.counts[red] > 0
    np.testing.assert_array_equal(
        model.learned(bins, ~where).counts > 0, model.counts > 0
    )  # fmt: skip


def test_two_who_are_both_everywhere_are_told_apart_by_their_clothes() -> None:
    shapes = [np.full((24, 24), 0.9, np.float32)] * 2 + [np.full((24, 24), 0.05, np.float32)]
    models = [wearing(RED), wearing(BLUE), wearing(GREY)]
    red, blue, ground = assign_pixels(shapes, models, bins_of(half_red_half_blue()), 1.0)
    assert red[:, :10].min() > 0.9
    assert blue[:, 14:].min() > 0.9
    assert ground.max() < 0.05


def test_of_one_shape_that_holds_two_each_gets_the_own_part() -> None:
    whole, box = np.full((24, 24), 0.97, np.float32), np.full((24, 24), 0.5, np.float32)
    models = [wearing(RED), wearing(BLUE), wearing(GREY)]
    shapes = [whole, box, (1 - whole) * (1 - box)]
    red, blue, _ = assign_pixels(shapes, models, bins_of(half_red_half_blue()), 1.0)
    assert red[:, :10].min() > 0.9
    assert blue[:, 14:].min() > 0.5


def test_without_colours_the_shapes_decide() -> None:
    shape = np.tile(np.linspace(0.1, 0.9, 24, dtype=np.float32), (24, 1))
    models = [no_colours(), no_colours()]
    one, other = assign_pixels([shape, 1 - shape], models, bins_of(half_red_half_blue()), 1.0)
    np.testing.assert_allclose(one, shape, atol=1e-5)
    np.testing.assert_allclose(other, 1 - shape, atol=1e-5)


@few
@given(st.integers(2, 4), st.integers(0, 2**32 - 1), st.floats(0.5, 4))
def test_shares_are_shares_and_follow_the_order_of_the_people(
    count: int, seed: int, blur_px: float
) -> None:
    random = np.random.default_rng(seed)
    bins = bins_of(random.integers(0, 256, (9, 11, 3), np.uint8))
    shapes = [random.random((9, 11), np.float32) for _ in range(count)]
    models = [no_colours().learned(bins, random.random((9, 11)) < 0.5) for _ in range(count)]
    found = assign_pixels(shapes, models, bins, blur_px)
    np.testing.assert_allclose(np.sum(found, axis=0), 1, atol=1e-5)
    assert min(plane.min() for plane in found) >= 0
    turned = assign_pixels(shapes[::-1], models[::-1], bins, blur_px)
    np.testing.assert_allclose(turned[::-1], found, atol=1e-5)
