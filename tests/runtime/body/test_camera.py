"""Where points fall in the picture, and where a body must stand to fall on given pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.camera import look_at, orbit
from mimo_runtime.body.camera_fit import fit_translation
from tests.runtime.body.arms import few

SEEDS = st.integers(0, 2**32 - 1)


def test_the_target_is_in_the_middle_and_up_is_up() -> None:
    camera = look_at([1, 2, 3], [0, 1, 0], 64, 48, 50)
    pixel, depth = camera.project(np.array([0.0, 1, 0]))
    np.testing.assert_allclose(pixel, [32, 24], atol=1e-12)
    assert depth == pytest.approx(np.sqrt(11))
    above, _ = camera.project(np.array([0.0, 1.1, 0]))
    assert above[1] < 24
    np.testing.assert_allclose(camera.position_m, [1, 2, 3])
    assert np.linalg.det(camera.rotation) == pytest.approx(1)


@pytest.mark.parametrize(
    ("azimuth_deg", "place"), [(0, (0, 1, 2)), (90, (2, 1, 0)), (180, (0, 1, -2))]
)
def test_the_camera_goes_round_by_the_left_side(azimuth_deg: float, place: tuple) -> None:
    camera = orbit([0, 0.5, 0], azimuth_deg, 1.0, 2.0, (10, 10), 10)
    np.testing.assert_allclose(camera.position_m, place, atol=1e-12)


def test_more_pixels_show_the_same() -> None:
    camera = look_at([0, 1, 3], [0, 1, 0], 64, 48, 50)
    point = np.array([0.3, 0.7, 0.2])
    np.testing.assert_allclose(camera.scaled(2).project(point)[0], 2 * camera.project(point)[0])


@few
@given(SEEDS)
def test_a_translation_is_found_again(seed: int) -> None:
    random = np.random.default_rng(seed)
    points = random.normal(size=(12, 3)) * 0.4
    truth = np.array([*random.normal(size=2), random.uniform(3, 9)])
    moved = points + truth
    pixels = 500 * moved[:, :2] / moved[:, 2:] + [128, 100]
    weights = random.random(12) + 0.1
    found = fit_translation(points, pixels, weights, 500, (128, 100))
    np.testing.assert_allclose(found, truth, atol=1e-8)
