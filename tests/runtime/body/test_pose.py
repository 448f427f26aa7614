"""Joints follow their parents, and bones keep their length."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.pose import Pose, forward_kinematics, local_rotations, transforms_of
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.skeleton import tails_from_children
from tests.runtime.body.arms import box_body, few, random_rotations

SKELETON = load_body().skeleton


def test_at_rest_joints_are_where_the_skeleton_says() -> None:
    placed = transforms_of(SKELETON, Pose.rest(SKELETON))
    np.testing.assert_allclose(placed.joints_m, SKELETON.rest_m, atol=1e-12)


@few
@given(st.integers(0, 2**32 - 1))
def test_bones_keep_their_length_in_any_posture(seed: int) -> None:
    rotations = random_rotations(seed, SKELETON.joint_count)
    joints = transforms_of(SKELETON, Pose(np.array([1.0, 2, 3]), rotations)).joints_m
    parents = list(SKELETON.parents[1:])
    lengths = np.linalg.norm(joints[1:] - joints[parents], axis=1)
    rest = np.linalg.norm(SKELETON.rest_m[1:] - SKELETON.rest_m[parents], axis=1)
    np.testing.assert_allclose(lengths, rest, atol=1e-12)
    np.testing.assert_array_equal(joints[0], [1, 2, 3])


def test_a_turned_parent_carries_its_child() -> None:
    skeleton = box_body().skeleton
    rotations = np.stack([about_axis(2, 90.0), np.eye(3)])
    placed = transforms_of(skeleton, Pose(skeleton.rest_m[0], rotations))
    np.testing.assert_allclose(placed.joints_m[1], [-1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(placed.turns[1], rotations[0], atol=1e-12)


def test_many_postures_at_once_are_each_alone_and_can_be_undone() -> None:
    rotations = random_rotations(1, 4, SKELETON.joint_count)
    root = np.random.default_rng(2).normal(size=(4, 3))
    placed = forward_kinematics(SKELETON, root, rotations)
    for index in range(4):
        alone = transforms_of(SKELETON, Pose(root[index], rotations[index]))
        np.testing.assert_allclose(placed.joints_m[index], alone.joints_m, atol=1e-12)
    back = local_rotations(SKELETON.parents, placed.turns)
    np.testing.assert_allclose(back, rotations, atol=1e-12)


def test_bone_ends_that_no_file_gives_are_the_children_or_go_on() -> None:
    rest = np.array([[0.0, 0, 0], [0, 1, 0], [1, 1, 0], [-1, 1, 0]])
    tails = tails_from_children((-1, 0, 1, 1), rest)
    np.testing.assert_array_equal(tails, [[0, 1, 0], [0, 1, 0], [1.5, 1, 0], [-1.5, 1, 0]])
