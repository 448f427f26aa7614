"""Any axes of one motion give one motion."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.rotations import about_axis, shortest_turn
from mimo_runtime.motions.retargeting.retarget import retarget
from mimo_runtime.motions.retargeting.world_axes import UP_AXES, axis_of, name_of
from tests.runtime.body.arms import few
from tests.runtime.motions.people import (
    BODY,
    along_bones,
    limbs_apart_deg,
    respelled,
    travel_m,
    turned_apart_deg,
    walker,
)

WALKER = walker()
EXPECTED = retarget(WALKER, BODY).motion
JOINTS = WALKER.skeleton.joint_count


def axes_with_up(up: str, yaw_deg: float) -> np.ndarray:
    upright = about_axis(0, 180.0) if up == "-y" else shortest_turn((0, 1, 0), axis_of(up))
    return upright @ about_axis(1, yaw_deg)


def assert_same(found: object, atol: float = 0.01) -> None:
    motion = found.motion  # type: ignore[attr-defined]
    assert limbs_apart_deg(motion, EXPECTED) < 2.1  # a zero posture is by 2 degrees along an axis
    assert turned_apart_deg(motion, EXPECTED) < 2.1
    np.testing.assert_allclose(travel_m(motion), travel_m(EXPECTED), atol=atol)


@few
@given(st.sampled_from(UP_AXES), st.floats(-180, 180), st.sampled_from([None, 0, 1, 2]),
       st.sampled_from([0.01, 0.3937, 1.0, 10.0]))  # fmt: skip
def test_a_file_in_other_axes(up: str, yaw: float, mirror: int | None, unit: float) -> None:
    """Zero posture and motion alike."""
    world = axes_with_up(up, yaw)
    found = retarget(respelled(WALKER, [world.T] * JOINTS, world, unit, mirror), BODY)
    assert found.mirrored == (mirror is not None)
    assert_same(found, atol=0.06)


@few
@given(st.sampled_from(UP_AXES), st.sampled_from([None, 0, 1, 2]), st.integers(0, 2**16))
def test_bones_along_their_own_axes_in_a_world_in_other_axes(
    up: str, mirror: int | None, seed: int
) -> None:
    quarters = 90.0 * np.random.default_rng(seed).integers(0, 4, JOINTS)
    zero = along_bones(WALKER, quarters.tolist())
    motion = retarget(respelled(WALKER, zero, axes_with_up(up, 0), mirror=mirror), BODY).motion
    assert limbs_apart_deg(motion, EXPECTED) < 6
    assert turned_apart_deg(motion, EXPECTED) < 5
    np.testing.assert_allclose(travel_m(motion), travel_m(EXPECTED), atol=0.01)


@pytest.mark.parametrize("up", UP_AXES)
def test_a_world_in_other_axes_than_the_zero_posture(up: str) -> None:
    found = retarget(respelled(WALKER, world=axes_with_up(up, 0)), BODY)
    assert (found.axes.up, found.axes.expected_up) == (up, "y")
    assert_same(found)


@few
@given(st.floats(-180, 180))
def test_a_zero_posture_that_looks_elsewhere_than_the_motion(yaw: float) -> None:
    """The motion keeps the way it has in the file."""
    found = retarget(respelled(WALKER, [about_axis(1, yaw)] * JOINTS), BODY)
    assert_same(found, atol=0.06)


@pytest.mark.parametrize("yaw", [30.0, 90.0, 180.0])
def test_somebody_who_walks_another_way_still_does(yaw: float) -> None:
    motion = retarget(respelled(WALKER, world=about_axis(1, yaw)), BODY).motion
    np.testing.assert_allclose(travel_m(motion), about_axis(1, yaw) @ travel_m(EXPECTED), atol=0.01)


def lying(up: str, usual_up: str | None) -> object:
    """On the back on the ground of an axis."""
    person = respelled(WALKER, world=axes_with_up(up, 0) @ about_axis(0, -90.0))
    low = person.placed().joints_m @ axis_of(up)
    root = (
        person.motion.root_m
        - (low.min() - 1) * axis_of(up)
        + [300, 40, 500] @ (np.eye(3) - np.outer(axis_of(up), axis_of(up)))
    )
    motion = replace(person.motion, root_m=root.astype(np.float32))
    return retarget(replace(person, motion=motion, usual_up=usual_up), BODY)


@pytest.mark.parametrize(("up", "usual_up"), [("y", None), ("z", "z")])
def test_somebody_who_lies_on_the_ground_lies(up: str, usual_up: str | None) -> None:
    found = lying(up, usual_up)
    assert found.axes.up == up  # type: ignore[attr-defined]
    joints = found.motion.placed(BODY).joints_m  # type: ignore[attr-defined]
    assert np.ptp(joints[..., 1], axis=1).max() < 0.8


def test_what_is_said_to_be_up_is_up() -> None:
    found = retarget(WALKER, BODY, up="z")
    joints = found.motion.placed(BODY).joints_m
    assert found.axes.up == "z"
    assert np.ptp(joints[0, :, 1]) < 0.8


def test_axes_have_names() -> None:
    assert [name_of(axis_of(name)) for name in UP_AXES] == list(UP_AXES)
