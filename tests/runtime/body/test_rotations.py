"""Rotations change form without changing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.rotations import (
    about_axis,
    from_axis_angle,
    from_quaternion,
    shortest_turn,
    slerp,
    to_quaternion,
)
from tests.runtime.body.arms import few, random_rotations

SEEDS = st.integers(0, 2**32 - 1)


@few
@given(SEEDS)
def test_a_matrix_comes_back_from_its_quaternion(seed: int) -> None:
    matrices = random_rotations(seed, 5)
    quaternions = to_quaternion(matrices)
    assert (quaternions[:, 0] >= 0).all()
    np.testing.assert_allclose(from_quaternion(quaternions), matrices, atol=1e-12)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_half_turns_come_back_too(axis: int) -> None:
    half = about_axis(axis, 180.0)
    np.testing.assert_allclose(from_quaternion(to_quaternion(half)), half, atol=1e-12)


def test_a_quarter_turn_goes_the_right_way_round() -> None:
    x, y, z = np.eye(3)
    np.testing.assert_allclose(about_axis(0, 90.0) @ y, z, atol=1e-15)
    np.testing.assert_allclose(about_axis(1, 90.0) @ z, x, atol=1e-15)
    np.testing.assert_allclose(about_axis(2, 90.0) @ x, y, atol=1e-15)
    np.testing.assert_allclose(from_axis_angle(np.array([0, 0, np.pi / 2])) @ x, y, atol=1e-15)
    np.testing.assert_array_equal(from_axis_angle(np.zeros(3)), np.eye(3))


@few
@given(SEEDS)
def test_the_shortest_turn_reaches_its_end_about_an_axis_across(seed: int) -> None:
    start, end = np.random.default_rng(seed).normal(size=(2, 3))
    turn = shortest_turn(start, end)
    aligned = turn @ start / np.linalg.norm(start)
    np.testing.assert_allclose(aligned, end / np.linalg.norm(end), atol=1e-9)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    across = np.cross(start, end)
    np.testing.assert_allclose(turn @ across, across, atol=1e-9)


def test_the_shortest_turn_to_the_opposite_is_a_half_turn() -> None:
    for direction in np.eye(3):
        turn = shortest_turn(direction, -direction)
        np.testing.assert_allclose(turn @ direction, -direction, atol=1e-12)
        assert np.linalg.det(turn) == pytest.approx(1)


@few
@given(SEEDS, st.floats(0, 1))
def test_slerp_turns_at_a_constant_rate_on_the_short_way(seed: int, share: float) -> None:
    start, end = to_quaternion(random_rotations(seed, 2))
    whole = np.arccos(np.clip(abs(start @ end), 0, 1))
    for sign in (1, -1):
        middle = slerp(start, sign * end, np.array(share))
        part = np.arccos(np.clip(abs(start @ middle), 0, 1))
        assert part == pytest.approx(share * whole, abs=1e-6)
