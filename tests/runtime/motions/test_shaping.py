"""Motions in place, mirrored, turned, looped."""

from fractions import Fraction

import numpy as np
import pytest

from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import InvalidRequestError, LimitExceededError
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.procedural import kick, turn, walk
from mimo_runtime.motions.shaping import Shaping, in_place, looped, mirrored, shaped, turned

BODY = load_body().skeleton
RATE = Fraction(30)
WALK = walk(BODY, 40, RATE)


def joints(motion: Motion) -> np.ndarray:
    return motion.placed(BODY).joints_m


def test_mirrored_joints_are_those_of_the_other_side_mirrored() -> None:
    motion = turned(kick(BODY, 20, RATE), 30)
    result = joints(mirrored(motion, BODY))
    names = list(BODY.names)
    swap = {"Left": "Right", "Right": "Left"}
    for name in ("LeftFoot", "RightHand", "Head", "RightToeBase", "Hips"):
        side = next((one for one in swap if name.startswith(one)), "")
        other = names.index(swap.get(side, "") + name.removeprefix(side))
        expected = joints(motion)[:, other] * [-1, 1, 1] + [2 * motion.root_m[0, 0], 0, 0]
        np.testing.assert_allclose(result[:, names.index(name)], expected, atol=1e-4)


def test_mirrored_twice_is_the_motion() -> None:
    again = mirrored(mirrored(WALK, BODY), BODY)
    np.testing.assert_allclose(joints(again), joints(WALK), atol=1e-5)


def test_in_place_only_goes_up_and_down() -> None:
    motion = in_place(WALK)
    assert np.ptp(motion.root_m[:, [0, 2]], axis=0).max() == 0
    np.testing.assert_array_equal(motion.root_m[:, 1], WALK.root_m[:, 1])
    np.testing.assert_array_equal(motion.rotations, WALK.rotations)


def test_turned_is_turned_about_where_it_begins() -> None:
    result = joints(turned(WALK, 70.0))
    first = WALK.root_m[0] * [1, 0, 1]
    expected = (joints(WALK) - first) @ about_axis(1, 70.0).T + first
    np.testing.assert_allclose(result, expected, atol=1e-4)


def test_a_walk_that_is_looped_walks_on_without_a_jump() -> None:
    motion = looped(WALK, 3)
    assert motion.frame_count == 120
    far = WALK.root_m[-1, 2] - WALK.root_m[0, 2]
    assert motion.root_m[-1, 2] - motion.root_m[0, 2] > 2.9 * far
    steps = np.linalg.norm(np.diff(joints(motion), axis=0), axis=-1).max(axis=1)
    usual = np.linalg.norm(np.diff(joints(WALK), axis=0), axis=-1).max()
    assert steps.max() < 1.8 * usual
    np.testing.assert_allclose(motion.rotations[70:80], WALK.rotations[30:], atol=1e-6)


def test_a_walk_that_ends_another_way_goes_on_that_way() -> None:
    count = 20
    motion = WALK.cut(slice(0, count))
    bent = turned(motion, 0)
    angles = np.linspace(0, 60, count)
    for index, angle in enumerate(angles):
        bent.rotations[index] = turned(motion.cut(slice(index, index + 1)), angle).rotations[0]
    ahead = looped(bent, 2).placed(BODY).turns[:, 0, :, 2]
    assert ahead[-1] @ (about_axis(1, 120.0) @ [0, 0, 1]) > 0.95


def test_a_loop_of_a_whole_turn_goes_on() -> None:
    motion = looped(turn(BODY, 36, RATE), 2)
    fronts = motion.placed(BODY).turns[:, 0, :, 2]
    between = np.degrees(np.arccos(np.clip((fronts[1:] * fronts[:-1]).sum(axis=1), -1, 1)))
    assert between.max() < 15


def test_one_frame_can_be_looped() -> None:
    assert looped(WALK.cut(slice(0, 1)), 4).frame_count == 4


def test_all_of_it_at_once() -> None:
    options = Shaping(mirror=True, in_place=True, turn_deg=90, loop=2)
    motion = shaped(WALK, BODY, options)
    assert motion.frame_count == 80
    assert np.isfinite(motion.rotations).all()
    assert shaped(WALK, BODY, Shaping()) is WALK


def test_what_cannot_be_is_a_sentence() -> None:
    with pytest.raises(InvalidRequestError, match="cannot be repeated 0 times"):
        Shaping(loop=0)
    with pytest.raises(InvalidRequestError, match="no number of degrees"):
        Shaping(turn_deg=float("nan"))
    with pytest.raises(LimitExceededError, match="repeat it less often"):
        looped(WALK, 10_000)
