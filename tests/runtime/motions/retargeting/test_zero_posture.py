"""Any zero posture of one motion gives one motion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.rotations import about_axis, from_quaternion
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.retargeting.retarget import retarget
from mimo_runtime.motions.retargeting.zero_posture import standing
from tests.runtime.body.arms import few
from tests.runtime.motions.people import (
    BODY,
    MAIN,
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
LIMBS_DEG, TWIST_DEG = 6.0, 5.0


def only(names: tuple[str, ...], turn: np.ndarray) -> list[np.ndarray]:
    """Other axes for some joints."""
    return [turn if name in names else np.eye(3) for name in WALKER.skeleton.names]


def assert_same(zero: list[np.ndarray], names: tuple[str, ...] = MAIN) -> None:
    motion = retarget(respelled(WALKER, zero), BODY).motion
    assert limbs_apart_deg(motion, EXPECTED) < LIMBS_DEG
    assert turned_apart_deg(motion, EXPECTED, names) < TWIST_DEG
    np.testing.assert_allclose(travel_m(motion), travel_m(EXPECTED), atol=0.01)


@few
@given(st.lists(st.integers(0, 3), min_size=JOINTS, max_size=JOINTS))
def test_bones_along_their_own_axes(quarters: list[int]) -> None:
    assert_same(along_bones(WALKER, [90.0 * quarter for quarter in quarters]))


@few
@given(st.integers(0, 2**32 - 1))
def test_axes_that_lie_anyhow(seed: int) -> None:
    """Hips among them lie by the file: their own axes could otherwise only be guessed."""
    random = np.random.default_rng(seed)
    zero = list(from_quaternion(random.normal(size=(JOINTS, 4))))
    zero[0] = np.eye(3)
    motion = retarget(respelled(WALKER, zero), BODY).motion
    assert limbs_apart_deg(motion, EXPECTED) < LIMBS_DEG
    np.testing.assert_allclose(travel_m(motion), travel_m(EXPECTED), atol=0.01)


THIGHS = ("LeftUpLeg", "RightUpLeg", "LeftLeg", "RightLeg")
ARMS = ("LeftArm", "LeftForeArm", "LeftHand")


@pytest.mark.parametrize(
    "zero",
    [
        only(THIGHS, about_axis(0, 180.0)),
        only(THIGHS, about_axis(2, 180.0)),
        only(THIGHS, about_axis(0, 90.0)),
        only(ARMS, about_axis(2, 60.0)),
        only(ARMS, about_axis(2, -40.0)),
        only(("LeftForeArm", "LeftHand"), about_axis(1, -90.0)),
        only(("LeftFoot", "RightFoot"), about_axis(0, 90.0)),
    ],
    ids=["thighs up over x", "thighs up over z", "sits", "arm down", "arm up", "elbow bent",
         "toes down"],
)  # fmt: skip
def test_some_bones_that_lie_otherwise(zero: list[np.ndarray]) -> None:
    assert_same(zero)


@pytest.mark.parametrize("lean_deg", [-25.0, 12.0, 30.0])
def test_a_zero_posture_that_leans(lean_deg: float) -> None:
    person = respelled(WALKER, [about_axis(0, lean_deg)] * JOINTS)
    assert turned_apart_deg(retarget(person, BODY).motion, EXPECTED) < TWIST_DEG


def test_what_stands_already_is_left_alone() -> None:
    stands = standing(WALKER)
    assert stands.learned == ()
    np.testing.assert_allclose(stands.axes, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(stands.person.skeleton.rest_m, WALKER.skeleton.rest_m, atol=1e-9)


def test_hips_above_each_other_are_no_person() -> None:
    rest = WALKER.skeleton.rest_m.copy()
    left, right = (WALKER.bones[f"{side}_up_leg"] for side in ("left", "right"))
    rest[left], rest[right] = rest[0] + (0, 9, 0), rest[0] - (0, 9, 0)
    person = respelled(WALKER)
    odd = type(person.skeleton)(
        person.skeleton.names, person.skeleton.parents, rest, person.skeleton.tails_m
    )
    with pytest.raises(MediaError, match="not level under its arms in any posture"):
        standing(type(person)("odd.bvh", person.motion, odd, person.bones))
