"""Motions made of sines look like what they are called."""

from fractions import Fraction

import numpy as np
import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.motions.exercises import circle_arms, jump, kick, pick_up, side_step, squat
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.procedural import PROCEDURAL, turn, walk, wave

SKELETON = load_body().skeleton
RATE = Fraction(30)


@pytest.mark.parametrize("name", sorted(PROCEDURAL.keys() - {"jump"}))
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


def paths(motion: Motion, *names: str) -> list[np.ndarray]:
    joints = motion.placed(SKELETON).joints_m
    return [joints[:, SKELETON.index(name)] for name in names]


def test_a_squat_lowers_the_hips_over_feet_that_stay() -> None:
    hips, left, right = paths(squat(SKELETON, 60, RATE), "Hips", "LeftFoot", "RightFoot")
    assert np.ptp(hips[:, 1]) > 0.3
    for foot in (left, right):
        assert np.ptp(foot, axis=0).max() < 0.05
    assert np.abs((hips - (left + right) / 2)[:, 2]).max() < 0.25


def test_a_kick_lifts_one_foot_to_the_front_and_stands_on_the_other() -> None:
    left, right, hips = paths(kick(SKELETON, 60, RATE), "LeftFoot", "RightFoot", "Hips")
    assert np.ptp(right[:, 1]) > 0.3
    assert (right - hips)[right[:, 1].argmax(), 2] > 0.4
    assert np.ptp(left, axis=0).max() < 0.05


def test_circling_arms_reach_from_the_hips_to_over_the_head() -> None:
    left, right, head = paths(circle_arms(SKELETON, 60, RATE), "LeftHand", "RightHand", "Head")
    for hand in (left, right):
        assert hand[:, 1].max() > head[:, 1].max() + 0.15
        assert hand[:, 1].min() < head[:, 1].min() - 0.5
    np.testing.assert_allclose((left + right)[:, 0] / 2, head[:, 0], atol=0.1)


def test_side_steps_go_left_and_come_back_without_turning() -> None:
    (hips,) = paths(side_step(SKELETON, 81, RATE), "Hips")
    assert hips[:, 0].max() > hips[0, 0] + 0.25
    assert abs(hips[80, 0] - hips[0, 0]) < 0.1
    assert np.ptp(hips[:, 2]) < 0.1


def test_picking_up_brings_the_hands_down_in_front_of_the_feet() -> None:
    hand, knee, foot = paths(pick_up(SKELETON, 60, RATE), "LeftHand", "LeftLeg", "LeftFoot")
    lowest = hand[:, 1].argmin()
    assert hand[lowest, 1] < knee[lowest, 1]
    assert 0 < (hand - foot)[lowest, 2] < 0.5


def test_a_jump_leaves_the_ground_under_gravity() -> None:
    rate = Fraction(100)
    motion = jump(SKELETON, 260, rate)
    joints = motion.placed(SKELETON).joints_m
    feet = [SKELETON.index(f"{s}{p}") for s in ("Left", "Right") for p in ("Foot", "ToeBase")]
    heights = (joints[:, feet, 1] - SKELETON.rest_m[feet, 1]).min(axis=1)
    assert heights.min() > -1e-5
    assert heights.max() == pytest.approx(9.81 / 8 * 0.42**2, abs=0.002)
    assert 0.25 < (heights > 1e-4).mean() < 0.4
    rising = motion.root_m[90:128, 1].astype(np.float64)
    np.testing.assert_allclose(np.diff(rising, n=2) * 100**2, -9.81, atol=0.5)
