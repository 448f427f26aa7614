"""A twist is shared, and nothing else changes."""

import numpy as np
import pytest

from mimo_runtime.body.rotations import from_axis_angle, shortest_turn
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.motions.retargeting.twist import share_twist
from tests.runtime.body.arms import random_rotations

BONE = np.array([0.6, 0.8, 0])
SKELETON = Skeleton(
    ("arm", "hand"), (-1, 0), np.array([[0, 0, 0], BONE]), np.array([BONE, 2 * BONE])
)


@pytest.mark.parametrize("twist", [-2.0, 0.0, 0.1, 1.0, np.pi])
def test_up_to_half_of_the_twist_goes_to_the_arm_whatever_the_bend(twist: float) -> None:
    arm = random_rotations(1)
    bend = shortest_turn(BONE, BONE + np.array([0.3, -0.5, 0.4]))
    turns = np.stack([arm, arm @ bend @ from_axis_angle(twist * BONE)])[None]
    before = turns.copy()
    share_twist(turns, SKELETON, 0, 1)
    np.testing.assert_array_equal(turns[:, 1], before[:, 1])
    np.testing.assert_allclose(turns[0, 0] @ BONE, arm @ BONE, atol=1e-12)
    taken = from_axis_angle(np.sin(twist) / 2 * BONE)
    np.testing.assert_allclose(turns[0, 0], arm @ taken, atol=1e-9)
