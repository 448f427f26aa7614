"""People whose skeletons lack joints move as those that have them."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.pose import local_rotations
from mimo_runtime.body.rotations import about_axis, to_quaternion
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.motions.retargeting.handedness import forwardness
from mimo_runtime.motions.retargeting.humanoid_bones import find_bones
from mimo_runtime.motions.retargeting.person import Person, with_ends
from mimo_runtime.motions.retargeting.retarget import retarget
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
QUARTERS = [90.0 * (joint % 4) for joint in range(WALKER.skeleton.joint_count)]
SPELLINGS = {
    "plain": WALKER,
    "along bones": respelled(WALKER, along_bones(WALKER, QUARTERS)),
    "z up": respelled(WALKER, world=about_axis(0, 90.0)),
    "left-handed": respelled(WALKER, mirror=0),
}


def without(person: Person, gone: tuple[str, ...]) -> Person:
    """`person` without the joints whose names hold a word of `gone`."""
    skeleton = person.skeleton
    kept = [j for j, name in enumerate(skeleton.names) if not any(word in name for word in gone)]

    def above(joint: int) -> int:
        joint = skeleton.parents[joint]
        while joint >= 0 and joint not in kept:
            joint = skeleton.parents[joint]
        return joint

    parents = tuple(kept.index(above(joint)) if joint else -1 for joint in kept)
    names = tuple(skeleton.names[joint] for joint in kept)
    rotations = local_rotations(parents, person.placed().turns[:, kept])
    motion = replace(
        person.motion, joints=names, rotations=to_quaternion(rotations).astype(np.float32)
    )
    part = Skeleton(names, parents, skeleton.rest_m[kept], skeleton.tails_m[kept])
    return Person(person.name, motion, part, find_bones(part, person.name).bones)


@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
@pytest.mark.parametrize(
    "gone",
    [
        ("Toe",), ("Hand",), ("Foot", "Toe"), ("Spine",), ("Spine1", "Spine2"), ("Neck",),
        ("Neck", "Head"), ("Shoulder",), ("Toe", "Hand", "Spine", "Neck", "Head", "Shoulder"),
    ],
    ids="-".join,
)  # fmt: skip
def test_limbs_do_not_need_the_joints_that_are_missing(spelling: str, gone: tuple) -> None:
    motion = retarget(without(SPELLINGS[spelling], gone), BODY).motion
    assert limbs_apart_deg(motion, EXPECTED) < 6
    limbs = ("LeftArm", "LeftForeArm", "RightArm", "LeftUpLeg", "RightLeg", "Hips")
    assert turned_apart_deg(motion, EXPECTED, limbs) < 6
    np.testing.assert_allclose(travel_m(motion), travel_m(EXPECTED), atol=0.01)


def test_ends_are_where_forearms_and_shins_end() -> None:
    short = without(WALKER, ("Hand", "Foot", "Toe"))
    whole = with_ends(short)
    assert set(whole.bones) - set(short.bones) == {
        "left_hand", "right_hand", "left_foot", "right_foot"
    }  # fmt: skip
    for bone, name in (("left_hand", "LeftHand"), ("right_foot", "RightFoot")):
        np.testing.assert_allclose(
            whole.placed().joints_m[:, whole.bones[bone]],
            WALKER.placed().joints_m[:, WALKER.skeleton.index(name)],
            atol=1e-3,
        )


def test_toes_and_knees_show_the_front() -> None:
    mirrored = respelled(WALKER, mirror=2)
    for person, sign in ((WALKER, 1), (mirrored, -1)):
        for gone in ((), ("Toe",)):
            shown = without(person, gone) if gone else person
            assert sign * forwardness(shown.placed().joints_m, shown) > 0.3
    straight = replace(
        WALKER, motion=replace(WALKER.motion, rotations=0 * WALKER.motion.rotations + [1, 0, 0, 0])
    )
    shown = without(straight, ("Toe",))
    assert forwardness(shown.placed().joints_m, shown) == 0
