"""A painted person between scene and occluder."""

import numpy as np
import pytest

from mimo_runtime.synthesis.composition import Layers
from mimo_runtime.synthesis.layer_composition import compose_layer


@pytest.fixture
def pictures():
    random = np.random.default_rng(3)
    scene, source = random.integers(0, 256, (2, 12, 16, 3)).astype(np.uint8)
    return scene, source


def test_an_empty_layer_leaves_the_scene_to_the_level(pictures):
    scene, _ = pictures
    before = scene.copy()
    made = compose_layer(np.zeros((5, 6, 4), np.float32), 3, 2, Layers(scene))
    assert (made == before).all()
    assert made is not scene


def test_colour_covers_and_shadow_darkens_inside_the_layer_alone(pictures):
    scene, _ = pictures
    rgba = np.zeros((4, 4, 4), np.float32)
    rgba[:, :2] = (0.5, 0.25, 1, 1)
    rgba[:, 2:, 3] = 0.5
    made = compose_layer(rgba, 5, 3, Layers(scene)).astype(int)
    assert (made[3:7, 5:7] == np.rint([127.5, 63.75, 255])).all()
    assert np.abs(made[3:7, 7:9] - scene[3:7, 7:9] / 2).max() <= 0.5
    made[3:7, 5:9] = scene[3:7, 5:9]
    assert (made == scene).all()


def test_the_occluder_is_in_front_of_both(pictures):
    scene, source = pictures
    occlusion = np.zeros((12, 16), np.uint8)
    occlusion[:, :8], occlusion[:, 8] = 255, 128
    rgba = np.ones((12, 16, 4), np.float32)
    made = compose_layer(rgba, 0, 0, Layers(scene, source, occlusion)).astype(int)
    assert (made[:, :8] == source[:, :8]).all()
    assert (made[:, 9:] == 255).all()
    assert np.abs(made[:, 8] - (255 + source[:, 8].astype(int)) / 2).max() <= 1.5
