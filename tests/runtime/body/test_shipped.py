"""The shipped body is whole, and is what its manifest says."""

import hashlib
import json

import numpy as np
import pytest

from mimo_runtime.body.normals import vertex_normals
from mimo_runtime.body.shipped import DATA, SHAPES, load_body, load_texture_corners
from mimo_runtime.errors import InvalidRequestError


def test_the_files_are_those_of_the_manifest() -> None:
    manifest = json.loads((DATA.parent / "manifest.json").read_text())
    assert manifest["licence"] == "CC0-1.0"
    assert set(manifest["sha256"]) == {"body.npz", "LICENSE.md"}
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((DATA.parent / name).read_bytes()).hexdigest() == digest


def test_mesh_weights_and_joints_fit_together() -> None:
    body = load_body()
    assert body.vertices_m.shape == (13524, 3)
    assert body.triangles.shape == (27036, 3)
    assert set(np.unique(body.triangles)) == set(range(13524))
    np.testing.assert_allclose(body.weights.sum(axis=1), 1, atol=1e-12)
    assert body.weights.min() >= 0
    assert body.weight_joints.max() < body.skeleton.joint_count == 31
    assert body.skeleton.parents[0] == -1
    assert all(-1 < above < joint for joint, above in enumerate(body.skeleton.parents) if joint)


def test_it_stands_upright_on_the_ground_facing_forward_with_its_left_at_plus_x() -> None:
    body = load_body()
    joints = dict(zip(body.skeleton.names, body.skeleton.rest_m, strict=True))
    assert body.vertices_m[:, 1].min() == pytest.approx(0)
    assert body.vertices_m[:, 1].max() == pytest.approx(1.66, abs=0.01)
    assert joints["Head"][1] > joints["Hips"][1] > joints["LeftFoot"][1]
    assert joints["LeftHand"][0] > 0 > joints["RightHand"][0]
    assert joints["LeftToeBase"][2] > joints["LeftFoot"][2]


def test_its_triangles_face_outwards() -> None:
    body = load_body()
    normals = vertex_normals(body.vertices_m, body.triangles)
    corners = body.vertices_m[body.triangles]
    volume_m3 = np.einsum("ta,ta->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    assert 0.04 < volume_m3 < 0.12
    assert (normals[body.vertices_m[:, 1].argmax()] @ [0, 1, 0]) > 0.9


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_changes_the_body_and_carries_joints_and_not_colours(shape: str) -> None:
    plain, shaped = load_body(), load_body({shape: 0.5})
    assert np.abs(shaped.vertices_m - plain.vertices_m).max() > 0.005
    assert shaped.vertices_m[:, 1].min() == pytest.approx(0)
    np.testing.assert_array_equal(shaped.colours, plain.colours)
    for body in (plain, shaped):
        low, high = body.vertices_m.min(axis=0), body.vertices_m.max(axis=0)
        assert ((body.skeleton.rest_m > low) & (body.skeleton.rest_m < high)).all()


def test_a_tall_body_is_taller() -> None:
    assert load_body({"tall": 0.1}).vertices_m.max() == pytest.approx(1.73, abs=0.01)


def test_an_unknown_shape_is_a_sentence() -> None:
    with pytest.raises(InvalidRequestError, match="no body shape 'round'; use male, heavy"):
        load_body({"round": 1})


def test_texture_corners_lie_in_the_map() -> None:
    uv = load_texture_corners().uv
    assert uv.shape == (27036, 3, 2)
    assert uv.min() >= 0
    assert uv.max() <= 1
