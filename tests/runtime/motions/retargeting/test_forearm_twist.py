"""A forearm takes part in the twist of its hand, and nothing else changes."""

import numpy as np
import pytest

from mimo_runtime.body.rotations import from_axis_angle, shortest_turn
from mimo_runtime.motions.retargeting.forearm_twist import with_twist_of_hand
from tests.runtime.body.arms import random_rotations

ALONG = np.array([0.6, 0.8, 0])


@pytest.mark.parametrize("twist", [-2.0, 0.0, 0.1, 1.0, np.pi])
def test_up_to_half_of_the_twist_goes_to_the_forearm_whatever_the_bend(twist: float) -> None:
    forearm = random_rotations(1)
    bend = shortest_turn(ALONG, ALONG + np.array([0.3, -0.5, 0.4]))
    hand = forearm @ bend @ from_axis_angle(twist * ALONG)
    (turned,) = with_twist_of_hand(forearm[None], hand[None], 0.3 * ALONG)
    np.testing.assert_allclose(turned @ ALONG, forearm @ ALONG, atol=1e-12)
    np.testing.assert_allclose(
        turned, forearm @ from_axis_angle(np.sin(twist) / 2 * ALONG), atol=1e-9
    )


def test_a_twist_that_passes_half_a_turn_makes_nothing_jump() -> None:
    angles = np.linspace(np.pi - 0.2, np.pi + 0.2, 41)
    forearms = np.tile(np.eye(3), (41, 1, 1))
    turned = with_twist_of_hand(forearms, from_axis_angle(angles[:, None] * ALONG), ALONG)
    assert np.abs(np.diff(turned, axis=0)).max() < 0.01
