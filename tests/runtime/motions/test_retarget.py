"""A motion of one skeleton on another."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.bvh import BvhFile, read_bvh
from mimo_runtime.motions.bvh_motion import bvh_motion
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.retarget import retarget
from tests.runtime.body.arms import few
from tests.runtime.motions.bvh_text import CMU_PARTS, bvh_text, random_frames

BODY = load_body().skeleton
BONES = [
    (f"{side}{start}", f"{side}{end}")
    for side in ("Left", "Right")
    for start, end in (("Arm", "ForeArm"), ("ForeArm", "Hand"), ("UpLeg", "Leg"), ("Leg", "Foot"))
]


def read(text: str) -> tuple[BvhFile, Motion]:
    file = read_bvh("x.bvh", text.encode())
    return file, bvh_motion(file, "x.bvh")


def directions(joints: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    bones = np.stack(
        [joints[:, names.index(b)] - joints[:, names.index(a)] for a, b in BONES], axis=1
    )
    return bones / np.linalg.norm(bones, axis=-1, keepdims=True)


@few
@given(st.integers(0, 2**32 - 1))
def test_limbs_point_where_the_source_points(seed: int) -> None:
    file, motion = read(bvh_text(random_frames(seed)))
    result = retarget(motion, file.skeleton, BODY, "x.bvh")
    theirs = directions(motion.placed(file.skeleton).joints_m, file.skeleton.names)
    ours = directions(result.placed(BODY).joints_m, BODY.names)
    angles_deg = np.degrees(np.arccos(np.clip((theirs * ours).sum(axis=-1), -1, 1)))
    assert angles_deg.max() < 0.1


@few
@given(st.integers(0, 2**32 - 1))
def test_the_trunk_turns_as_the_source_turns(seed: int) -> None:
    file, motion = read(bvh_text(random_frames(seed)))
    result = retarget(motion, file.skeleton, BODY, "x.bvh")
    theirs, ours = motion.placed(file.skeleton).turns, result.placed(BODY).turns
    for name in ("Hips", "LowerBack", "Spine1", "Neck", "Head", "LeftFoot", "RightToeBase"):
        np.testing.assert_allclose(
            ours[:, BODY.index(name)], theirs[:, file.skeleton.index(name)], atol=1e-5
        )


def test_the_hips_go_where_the_source_goes_in_leg_lengths() -> None:
    frames = np.zeros((3, 3 + 3 * len(CMU_PARTS)))
    frames[:, 2] = [0, 10, 20]
    file, motion = read(bvh_text(frames))
    result = retarget(motion, file.skeleton, BODY, "x.bvh")
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
        file, motion = read(bvh_text(frames))
        joints = retarget(motion, file.skeleton, BODY, "x.bvh").placed(BODY).joints_m
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
    straight, moved = read(bvh_text(frames)), read(bvh_text(frames, turn=turn))
    expected = retarget(straight[1], straight[0].skeleton, BODY, "x.bvh")
    result = retarget(moved[1], moved[0].skeleton, BODY, "x.bvh")
    np.testing.assert_allclose(result.rotations, expected.rotations, atol=1e-5)
    np.testing.assert_allclose(result.root_m, expected.root_m, atol=1e-4)


def test_joints_that_the_source_lacks_stay_at_rest() -> None:
    file, motion = read(bvh_text(random_frames(3)))
    result = retarget(motion, file.skeleton, BODY, "x.bvh")
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
    result = retarget(motion, BODY, BODY, "self")
    np.testing.assert_allclose(result.rotations, motion.rotations, atol=1e-6)
    np.testing.assert_allclose(result.root_m, motion.root_m, atol=1e-6)


def test_unknown_joints_are_a_sentence() -> None:
    file, motion = read(bvh_text(random_frames(0), rename={"LeftHand": "Paw"}))
    with pytest.raises(MediaError, match="missing: LeftHand"):
        retarget(motion, file.skeleton, BODY, "x.bvh")


def test_a_rest_posture_that_lies_oddly_is_a_sentence() -> None:
    text = bvh_text(random_frames(0)).replace("OFFSET 1.5 -1.5 0.0", "OFFSET 0.1 9 0")
    file, motion = read(text.replace("OFFSET -1.5 -1.5 0.0", "OFFSET -0.1 -9 0"))
    with pytest.raises(MediaError, match=r"rest posture of 'x\.bvh' is not upright"):
        retarget(motion, file.skeleton, BODY, "x.bvh")
