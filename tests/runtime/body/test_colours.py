"""Motion colours are never near black and can be read back."""

import numpy as np

from mimo_runtime.body.colours import DARKEST, surface_colours


def test_every_colour_is_bright_enough_and_says_its_place() -> None:
    surface = np.random.default_rng(0).random((500, 3))
    rgb = np.rint(surface_colours(surface) * 255).astype(np.uint8)
    assert rgb.min() >= 32
    back = (rgb / 255 - DARKEST) / (1 - DARKEST)
    np.testing.assert_allclose(back, surface, atol=1 / 446 + 1e-6)


def test_the_corners_of_the_box_use_the_whole_range() -> None:
    ends = np.rint(surface_colours(np.array([[0.0, 0, 0], [1, 1, 1]])) * 255)
    np.testing.assert_array_equal(ends, [[32, 32, 32], [255, 255, 255]])
