"""Motions made of sines look like what they are called."""

from fractions import Fraction

import numpy as np
import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.motions.procedural import PROCEDURAL, turn, walk, wave

SKELETON = load_body().skeleton
RATE = Fraction(30)


@pytest.mark.parametrize("name", PROCEDURAL)
def test_feet_stay_on_the_ground(name: str) -> None:
    motion = PROCEDURAL[name](SKELETON, 45, RATE)
    assert (motion.frame_count, motion.joints) == (45, SKELETON.names)
    feet = [SKELETON.index(f"{s}{p}") for s in ("Left", "Right") for p in ("Foot", "ToeBase")]
    heights = motion.placed(SKELETON).joints_m[:, feet, 1] - SKELETON.rest_m[feet, 1]
    np.testing.assert_allclose(heights.min(axis=1), 0, atol=1e-5)


def test_a_walk_goes_forward_at_a_walking_pace_on_feet_that_do_not_slide() -> None:
    motion = walk(SKELETON, 90, RATE)
    speed_m_per_s = (motion.root_m[-1, 2] - motion.root_m[0, 2]) / (89 / 30)
    assert 0.6 < speed_m_per_s < 1.6
    joints = motion.placed(SKELETON).joints_m
    feet = [SKELETON.index(f"{s}{p}") for s in ("Left", "Right") for p in ("Foot", "ToeBase")]
    lowest = (joints[:, feet, 1] - SKELETON.rest_m[feet, 1]).argmin(axis=1)[1:]
    frames = np.arange(1, 90)
    carried = np.array(feet)[lowest]
    slid = (joints[frames, carried] - joints[frames - 1, carried])[:, [0, 2]]
    np.testing.assert_allclose(slid, 0, atol=1e-5)


def test_legs_and_opposite_arms_swing_together() -> None:
    joints = walk(SKELETON, 90, RATE).placed(SKELETON).joints_m
    ahead = {
        name: joints[:, SKELETON.index(f"Left{name}"), 2]
        - joints[:, SKELETON.index(f"Right{name}"), 2]
        for name in ("Foot", "Hand")
    }
    assert np.corrcoef(ahead["Foot"], ahead["Hand"])[0, 1] < -0.8


def test_a_wave_moves_a_raised_right_hand() -> None:
    joints = wave(SKELETON, 60, RATE).placed(SKELETON).joints_m
    right, left = joints[:, SKELETON.index("RightHand")], joints[:, SKELETON.index("LeftHand")]
    assert (right[:, 1] > joints[:, SKELETON.index("RightArm"), 1]).all()
    assert np.ptp(right[:, 0]) > 3 * np.ptp(left[:, 0])


def test_a_turn_goes_once_round_to_the_left() -> None:
    facing = turn(SKELETON, 40, RATE).placed(SKELETON).turns[:, 0] @ np.array([0, 0, 1.0])
    np.testing.assert_allclose(facing[10], [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(facing[20], [0, 0, -1], atol=1e-6)
