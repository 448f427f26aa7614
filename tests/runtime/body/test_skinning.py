"""Vertices follow their joints."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.skinning import pose_vertices
from tests.runtime.body.arms import box_body, random_rotations


def test_at_rest_nothing_moves() -> None:
    body = load_body()
    vertices = pose_vertices(body, Pose.rest(body.skeleton))
    np.testing.assert_allclose(vertices, body.vertices_m, atol=1e-12)


def test_turning_and_moving_the_root_moves_all_as_one() -> None:
    body = load_body()
    rest = Pose.rest(body.skeleton)
    rotations = rest.rotations.copy()
    rotations[0] = turn = random_rotations(3)
    moved = pose_vertices(body, Pose(np.array([5.0, -1, 2]), rotations))
    expected = (body.vertices_m - body.skeleton.rest_m[0]) @ turn.T + [5, -1, 2]
    np.testing.assert_allclose(moved, expected, atol=1e-9)


def test_each_vertex_is_the_weighted_mean_of_where_its_joints_put_it() -> None:
    body = load_body()
    pose = Pose(np.zeros(3), random_rotations(4, body.skeleton.joint_count))
    placed = transforms_of(body.skeleton, pose)
    vertices = pose_vertices(body, pose)
    for vertex in range(0, len(vertices), 1500):
        joints, weights = body.weight_joints[vertex], body.weights[vertex]
        away = body.vertices_m[vertex] - body.skeleton.rest_m[joints]
        places = np.einsum("kab,kb->ka", placed.turns[joints], away) + placed.joints_m[joints]
        np.testing.assert_allclose(vertices[vertex], weights @ places, atol=1e-9)


def test_correctives_are_added_before_skinning() -> None:
    body = box_body()
    correctives = np.zeros((8, 3, 9))
    correctives[7, 0, 1] = 0.5
    turned = Pose(body.skeleton.rest_m[0], np.stack([np.eye(3), about_axis(2, 90.0)]))
    plain = pose_vertices(body, turned)
    corrected = pose_vertices(replace(body, correctives=correctives), turned)
    np.testing.assert_allclose(corrected[:7], plain[:7], atol=1e-12)
    np.testing.assert_allclose(corrected[7] - plain[7], [0, -0.5, 0], atol=1e-12)


def test_normals_of_a_box_point_outwards() -> None:
    body = box_body()
    normals = vertex_normals(body.vertices_m, body.triangles)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1)
    outwards = body.vertices_m - body.vertices_m.mean(axis=0)
    assert (np.sign(normals) == np.sign(outwards)).all()


def test_a_vertex_without_triangles_has_no_normal() -> None:
    normals = vertex_normals(np.eye(4, 3), np.array([[0, 1, 2]], np.int32))
    assert np.linalg.norm(normals[3]) == 0
    assert np.linalg.norm(normals[0]) == pytest.approx(1)
