"""The mesh of a skirt: around both legs, with them in every posture, on its own part of the map."""

import numpy as np
import pytest

from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.shipped import load_body, load_texture_corners
from mimo_runtime.body.skinning import pose_vertices
from mimo_runtime.characters.atlas import atlas_of, shipped_atlas
from mimo_runtime.characters.skirt import COLUMNS, ROWS, Skirt, in_skirt, texture_corners
from mimo_runtime.fitting.proportions import Proportions, proportioned
from tests.runtime.characters.skirted import posture, seen_from, skirted

SKIRT = Skirt(0.5, 0.2)


@pytest.fixture(scope="module")
def worn():
    return in_skirt(load_body(), SKIRT)


def test_the_body_comes_first_and_is_what_it_was(worn):
    bare = load_body()
    count, triangles = len(bare.vertices_m), len(bare.triangles)
    assert len(worn.vertices_m) == count + (ROWS + 1) * (COLUMNS + 1)
    np.testing.assert_array_equal(worn.vertices_m[:count], bare.vertices_m)
    np.testing.assert_array_equal(worn.triangles[:triangles], bare.triangles)
    assert worn.weights[count:].sum(axis=1) == pytest.approx(1)
    assert len(texture_corners()) == len(worn.triangles)
    np.testing.assert_array_equal(texture_corners()[:triangles], load_texture_corners().uv)


def test_it_faces_outwards_and_is_closed_at_the_back(worn):
    count = len(load_body().vertices_m)
    grid = worn.vertices_m[count:].reshape(ROWS + 1, COLUMNS + 1, 3)
    assert grid[:, 0] == pytest.approx(grid[:, -1], abs=1e-9)
    assert (grid[:, COLUMNS // 2, 2] > grid[:, 0, 2]).all()  # the middle column is the front
    normals = vertex_normals(worn.vertices_m, worn.triangles)[count:].reshape(grid.shape)
    middle = np.array([0, 0, grid[0, :, 2].mean()])
    outwards = (grid - middle) * (1, 0, 1)
    assert ((normals * outwards).sum(axis=-1) > 0).mean() > 0.99
    assert (grid[:, :, 0] + grid[:, ::-1, 0]) == pytest.approx(0, abs=1e-9)


def test_it_hides_both_legs_down_to_the_hem(worn):
    count = len(load_body().vertices_m)
    hem_m = worn.vertices_m[count:, 1].min()
    for azimuth_deg in (0, 90, 180):
        view = render_pose(worn, Pose.rest(worn.skeleton), seen_from(azimuth_deg))
        legs = render_pose(load_body(), Pose.rest(worn.skeleton), seen_from(azimuth_deg))
        upper = (legs.surface[..., 1] > hem_m / 1.66 + 0.02) & (legs.surface[..., 1] < 0.5)
        assert (view.depth_m[upper] < legs.depth_m[upper]).mean() > 0.98


@pytest.mark.parametrize("stride_deg", [0, 20])
@pytest.mark.parametrize("azimuth_deg", [0, 50, 180])
def test_in_motion_it_is_nearer_to_a_true_skirt_than_legs_are(azimuth_deg, stride_deg):
    real, pose, camera = skirted(), posture(4, stride_deg), seen_from(azimuth_deg)
    skirt = Skirt((0.866 - 0.45) / (0.866 - 0.069))
    truth, legs, ours = (
        render_pose(each, pose, camera).mask
        for each in (real, load_body(), in_skirt(load_body(), skirt))
    )
    before, after = ((truth & each).sum() / (truth | each).sum() for each in (legs, ours))
    assert after > before + (0 if azimuth_deg == 50 else 0.02)
    assert after > 0.95


def test_its_part_of_the_map_is_its_own_at_every_size():
    for size_px in (1024, 512, 128):
        body = shipped_atlas(size_px).index() >= 0
        cloth = atlas_of(texture_corners(), size_px, len(load_body().triangles)).index() >= 0
        around = np.zeros_like(cloth)
        around[1:-1, 1:-1] = np.any(
            [cloth[1 + y : len(cloth) - 1 + y, 1 + x : len(cloth) - 1 + x]
             for y in (-1, 0, 1) for x in (-1, 0, 1)], axis=0,
        )  # fmt: skip
        assert cloth.sum() > 0.02 * size_px**2
        assert not (body & around).any()


def test_it_moves_with_the_legs(worn):
    count = len(load_body().vertices_m)
    rest = pose_vertices(worn, Pose.rest(worn.skeleton))[count:]
    stride = pose_vertices(worn, posture(0, 25))[count:]
    hem = np.arange(len(rest)).reshape(ROWS + 1, COLUMNS + 1)[-1]
    left = hem[np.argmax(rest[hem, 0])]
    right = hem[np.argmin(rest[hem, 0])]
    assert stride[left, 2] > rest[left, 2] + 0.1
    assert stride[right, 2] < rest[right, 2] - 0.1


@pytest.mark.parametrize("shape", [{}, {"tall": 1.0}, {"short": 1.0}])
@pytest.mark.parametrize("length", [0.02, 1.0])
def test_it_may_end_at_the_hips_or_at_the_ankles(shape, length):
    """Of a tall body there are few vertices at some heights."""
    tall = proportioned(load_body(shape), Proportions(size=1.3, thigh=1.3))
    assert np.isfinite(in_skirt(tall, Skirt(length, 0.3)).vertices_m).all()
