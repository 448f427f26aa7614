"""A motion of one skeleton on another."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.files.bvh import read_bvh
from mimo_runtime.motions.files.bvh_motion import bvh_motion
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.retargeting.humanoid_bones import find_bones
from mimo_runtime.motions.retargeting.person import Person
from mimo_runtime.motions.retargeting.retarget import retarget
from tests.runtime.body.arms import few
from tests.runtime.motions.bvh_text import CMU_PARTS, bvh_text, random_frames

BODY = load_body().skeleton
BONES = [
    (f"{side}{start}", f"{side}{end}")
    for side in ("Left", "Right")
    for start, end in (("Arm", "ForeArm"), ("ForeArm", "Hand"), ("UpLeg", "Leg"), ("Leg", "Foot"))
]


def read(text: str) -> Person:
    file = read_bvh("x.bvh", text.encode())
    motion, skeleton, _ = bvh_motion(file, "x.bvh")
    return Person("x.bvh", motion, skeleton, find_bones(skeleton, "x.bvh").bones)


def directions(joints: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    bones = np.stack(
        [joints[:, names.index(b)] - joints[:, names.index(a)] for a, b in BONES], axis=1
    )
    return bones / np.linalg.norm(bones, axis=-1, keepdims=True)


@few
@given(st.integers(0, 2**32 - 1))
def test_limbs_point_where_the_source_points(seed: int) -> None:
    person = read(bvh_text(random_frames(seed)))
    result = retarget(person, BODY, up="y").motion
    theirs = directions(person.placed().joints_m, person.skeleton.names)
    ours = directions(result.placed(BODY).joints_m, BODY.names)
    angles_deg = np.degrees(np.arccos(np.clip((theirs * ours).sum(axis=-1), -1, 1)))
    assert angles_deg.max() < 0.1


@few
@given(st.integers(0, 2**32 - 1))
def test_the_trunk_turns_as_the_source_turns(seed: int) -> None:
    person = read(bvh_text(random_frames(seed, 60)))
    result = retarget(person, BODY, up="y").motion
    theirs, ours = person.placed().turns, result.placed(BODY).turns
    for name in ("Hips", "LowerBack", "Spine1", "Neck", "Head", "RightToeBase"):
        np.testing.assert_allclose(
            ours[:, BODY.index(name)], theirs[:, person.skeleton.index(name)], atol=1e-5
        )


def test_the_hips_go_where_the_source_goes_in_leg_lengths() -> None:
    frames = np.zeros((3, 3 + 3 * len(CMU_PARTS)))
    frames[:, 2] = [0, 10, 20]
    result = retarget(read(bvh_text(frames)), BODY).motion
    legs = 2 * np.hypot(2, 7)
    ours = np.linalg.norm(
        np.diff([BODY.rest_m[BODY.index(f"Left{p}")] for p in ("UpLeg", "Leg", "Foot")], axis=0),
        axis=1,
    ).sum()
    np.testing.assert_allclose(np.diff(result.root_m, axis=0), [[0, 0, 10 * ours / legs]] * 2,
                               atol=1e-5)  # fmt: skip


def test_feet_reach_the_ground_whatever_the_height_of_the_file() -> None:
    frames = np.zeros((5, 3 + 3 * len(CMU_PARTS)))
    for height in (0.0, 17.0, 400.0):
        frames[:, 1] = height
        joints = retarget(read(bvh_text(frames)), BODY).motion.placed(BODY).joints_m
        feet = [BODY.index(f"{s}{p}") for s in ("Left", "Right") for p in ("Foot", "ToeBase")]
        above = joints[:, feet, 1] - BODY.rest_m[feet, 1]
        assert above.min() == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(
    "turn",
    [about_axis(0, 90.0), about_axis(1, 180.0), about_axis(2, -90.0) @ about_axis(0, 90.0)],
    ids=["z up", "facing back", "x up"],
)
def test_the_axes_of_the_file_do_not_matter(turn: np.ndarray) -> None:
    """The same person drawn in other axes, each frame turned likewise, moves the same."""
    frames = np.zeros((1, 3 + 3 * len(CMU_PARTS)))
    expected = retarget(read(bvh_text(frames)), BODY).motion
    result = retarget(read(bvh_text(frames, turn=turn)), BODY).motion
    np.testing.assert_allclose(result.rotations, expected.rotations, atol=1e-5)
    np.testing.assert_allclose(result.root_m, expected.root_m, atol=1e-4)


def test_joints_that_the_source_lacks_stay_at_rest() -> None:
    result = retarget(read(bvh_text(random_frames(3))), BODY).motion
    for name in ("LThumb", "LeftHandFinger1", "Neck1", "LHipJoint"):
        np.testing.assert_allclose(
            result.rotations[:, BODY.index(name)], [[1, 0, 0, 0]] * 4, atol=1e-5
        )


def test_a_body_is_its_own_target() -> None:
    """Nothing is lost when source and target are the same and the ground is the same."""
    rotations = np.zeros((2, BODY.joint_count, 4), np.float32)
    rotations[..., 0] = 1
    root = np.tile(BODY.rest_m[0], (2, 1)).astype(np.float32)
    motion = Motion(BODY.names, Fraction(30), root, rotations)
    result = retarget(Person("self", motion, BODY, find_bones(BODY, "self").bones), BODY).motion
    np.testing.assert_allclose(result.rotations, motion.rotations, atol=1e-6)
    np.testing.assert_allclose(result.root_m, motion.root_m, atol=1e-6)


@pytest.mark.parametrize("bone", ["LeftHand", "RightFoot"])
def test_a_limb_without_its_end_points_where_its_bone_ends(bone: str) -> None:
    frames = random_frames(5)
    whole, short = read(bvh_text(frames)), read(bvh_text(frames, rename={bone: "Paw"}))
    expected, result = (retarget(one, BODY, up="y").motion for one in (whole, short))
    ours = [directions(one.placed(BODY).joints_m, BODY.names) for one in (expected, result)]
    np.testing.assert_allclose(*ours, atol=1e-4)


def test_toes_spine_neck_and_shoulders_may_be_missing() -> None:
    names = ("LeftToeBase", "RightToeBase", "LowerBack", "Neck", "Head")
    result = retarget(read(bvh_text(random_frames(5), rename=dict.fromkeys(names, "Bone"))), BODY)
    assert np.isfinite(result.motion.rotations).all()


def test_bones_without_length_are_a_sentence() -> None:
    text = bvh_text(random_frames(0)).replace("OFFSET 2.0 -7.0 0.0", "OFFSET 0 0 0")
    with pytest.raises(MediaError, match=r"'x\.bvh' these bones have no length: left_up_leg, "):
        retarget(read(text), BODY)
