"""What a rendered frame says of each pixel."""

import numpy as np
import pytest

from mimo_runtime.body.camera import look_at, orbit
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import render_pose, render_vertices, silhouette
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.skinning import pose_vertices
from tests.runtime.body.arms import box_body


def frame(azimuth_deg: float, samples: int = 2):
    body = load_body()
    camera = orbit([0, 0.85, 0], azimuth_deg, 0.85, 3.0, (64, 80), 110)
    return body, camera, render_pose(body, Pose.rest(body.skeleton), camera, samples)


def test_the_face_of_a_box_is_where_and_what_it_should_be() -> None:
    body = box_body()
    camera = look_at([0, 1, 5], [0, 1, 0], 100, 100, 100)
    view = render_pose(body, Pose.rest(body.skeleton), camera)
    expected = np.zeros((100, 100), bool)
    expected[25:75, 25:75] = True
    np.testing.assert_array_equal(view.mask, expected)
    np.testing.assert_allclose(view.depth_m[expected], 4)
    assert view.surface[50, 26, 0] == pytest.approx(0.03, abs=0.011)
    assert view.surface[26, 50, 1] == pytest.approx(0.97, abs=0.011)
    np.testing.assert_allclose(view.surface[expected][:, 2], 1)
    assert (view.normals[expected][:, 2] < 0).all()


def test_mask_depth_coverage_and_colour_agree() -> None:
    _, _, view = frame(30)
    np.testing.assert_array_equal(view.mask, np.isfinite(view.depth_m))
    np.testing.assert_array_equal(view.mask, view.coverage > 0)
    np.testing.assert_array_equal(view.rgb.max(axis=2) > 0, view.mask)
    assert view.coverage.max() == 1
    assert 2.4 < view.depth_m[view.mask].min() < view.depth_m[view.mask].max() < 3.6
    lengths = np.linalg.norm(view.normals, axis=2)
    np.testing.assert_allclose(lengths[view.mask], 1, atol=1e-5)
    assert not view.surface[~view.mask].any()


def test_most_of_what_is_seen_faces_the_camera() -> None:
    _, _, view = frame(0)
    assert (view.normals[view.mask][:, 2] < 0).mean() > 0.98


def test_from_the_front_the_left_hand_is_at_the_right_and_from_behind_at_the_left() -> None:
    for azimuth_deg, sign in ((0, 1), (180, -1)):
        _, _, view = frame(azimuth_deg)
        columns = np.nonzero(view.mask & (view.surface[..., 0] > 0.9))[1]
        assert len(columns) > 3
        assert (np.sign(columns - 31.5) == sign).all()


def test_surface_coordinates_say_where_a_pixel_of_the_resting_body_is() -> None:
    body, camera, view = frame(40, samples=1)
    low, high = body.vertices_m.min(axis=0), body.vertices_m.max(axis=0)
    pixels, depths = camera.project(low + view.surface[view.mask] * (high - low))
    rows, columns = np.nonzero(view.mask)
    np.testing.assert_allclose(pixels, np.stack([columns, rows], axis=1) + 0.5, atol=0.02)
    np.testing.assert_allclose(depths, view.depth_m[view.mask], atol=1e-3)


def test_a_silhouette_is_the_mask_of_one_sample() -> None:
    for azimuth_deg in (0, 50, 190):
        body, camera, view = frame(azimuth_deg, samples=1)
        drawn = silhouette(body, pose_vertices(body, Pose.rest(body.skeleton)), camera)
        assert drawn.sum() > 200
        np.testing.assert_array_equal(drawn, view.mask)


def test_the_same_frame_has_the_same_bytes() -> None:
    first, second = frame(10)[2], frame(10)[2]
    for name in ("rgb", "surface", "normals", "depth_m", "coverage"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_smooth_edges_are_the_only_difference_that_samples_make() -> None:
    _, _, fine = frame(0)
    _, _, coarse = frame(0, samples=1)
    inside = (fine.coverage == 1) & coarse.mask
    assert inside.sum() > 200
    assert np.median(np.abs(fine.rgb[inside].astype(int) - coarse.rgb[inside])) <= 1


def test_a_body_behind_the_camera_is_not_seen() -> None:
    body = load_body()
    behind = body.vertices_m + np.array([0, 0, 9])
    view = render_vertices(body, behind, orbit([0, 0.8, 0], 0, 0.8, 3, (32, 32), 40))
    assert not view.mask.any()
    assert not view.rgb.any()
