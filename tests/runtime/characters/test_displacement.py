"""The surface moved to a matte's outline, against people whose clothes and hair are known."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.camera import orbit
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.characters.displacement import displaced, displacements, smooth_normals
from mimo_runtime.characters.other_side import face
from mimo_runtime.characters.outline import gaps_px

SIDE_PX = 256


def seen_from(azimuth_deg):
    return orbit((0, 0.9, 0), azimuth_deg, 1.0, 4.5, (SIDE_PX, SIDE_PX), SIDE_PX * 2.0)


def posture(body):
    pose = Pose.rest(body.skeleton)
    for joint, axis, angle_deg in (("RightArm", 2, -20), ("LeftUpLeg", 0, -25)):
        pose.rotations[body.skeleton.index(joint)] = about_axis(axis, angle_deg)
    return pose


def dressed():
    """Somebody in wide clothes, with hair, in metres along the normals of the bare body."""
    body = load_body()
    height, depth = body.surface[:, 1], body.surface[:, 2]
    lengths = np.zeros(len(height))
    lengths += 0.05 * np.exp(-(((height - 0.42) / 0.12) ** 2))
    lengths += 0.045 * ((height - 0.955) / 0.01).clip(0, 1)
    lengths += 0.045 * ((height > 0.88) & (depth < 0.3))
    lengths[face(body)] = 0
    return body, displaced(body, lengths.astype(np.float32))


def overlap(first, second, pose, camera):
    one, other = (render_pose(body, pose, camera).mask for body in (first, second))
    return (one & other).sum() / (one | other).sum()


@pytest.fixture(scope="module")
def found():
    bare, real = dressed()
    pose, camera = posture(bare), seen_from(20)
    alpha = np.rint(render_pose(real, pose, camera).coverage * 255).astype(np.uint8)
    return bare, real, displacements(bare, pose, camera, alpha)


def test_the_outline_of_the_picture_is_met(found):
    bare, real, lengths = found
    pose, camera = posture(bare), seen_from(20)
    before = overlap(bare, real, pose, camera)
    after = overlap(displaced(bare, lengths), real, pose, camera)
    assert before < 0.87
    assert after > 0.95


@pytest.mark.parametrize("azimuth_deg", [90, 200, 290])
def test_the_shape_is_nearer_from_sides_that_the_picture_does_not_show(found, azimuth_deg):
    bare, real, lengths = found
    rest, camera = Pose.rest(bare.skeleton), seen_from(azimuth_deg)
    before = overlap(bare, real, rest, camera)
    assert overlap(displaced(bare, lengths), real, rest, camera) > before + 0.03


def test_a_body_without_clothes_stays_as_it_is():
    bare = load_body()
    pose, camera = posture(bare), seen_from(0)
    alpha = np.rint(render_pose(bare, pose, camera).coverage * 255).astype(np.uint8)
    assert np.percentile(np.abs(displacements(bare, pose, camera, alpha)), 99) < 0.006


def test_face_stays_hands_nearly_and_nobody_sinks_into_the_ground(found):
    bare, _, lengths = found
    assert (lengths[face(bare)] == 0).all()
    hands = np.abs(bare.surface[:, 0] - 0.5) > 0.46
    assert np.abs(lengths[hands]).max() < 0.02
    low = displaced(bare, np.full(len(lengths), 0.1, np.float32))
    assert low.vertices_m[:, 1].min() == 0


def test_an_unknown_matte_moves_nothing():
    bare = load_body()
    nothing = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    assert not displacements(bare, posture(bare), seen_from(0), nothing).any()
    away = replace(seen_from(0), translation_m=np.array([50.0, 0, 4]))
    assert not displacements(bare, posture(bare), away, nothing + np.uint8(255)).any()


def test_gaps_outward_inward_halfway_and_unknown():
    drawn, matte = np.zeros((40, 60), bool), np.zeros((40, 60), bool)
    drawn[10:30, 20:30] = drawn[10:30, 38:42] = True
    matte[5:27, 16:42] = True
    places = np.array([[20.0, 15], [29.9, 15], [25, 29.9], [25, 10], [25, 10]])
    ways = np.array([[-1.0, 0], [1, 0], [0, 1], [0, -1], [0, -1]])
    gaps = gaps_px(places, ways, drawn, matte, 9)
    assert gaps[:4] == pytest.approx([4, 4, -3, 5], abs=0.6)
    assert np.isnan(gaps_px(places[4:], ways[4:], drawn, matte, 4)).all()


def test_smooth_normals_point_outwards_and_are_mirrored():
    body = load_body()
    normals = smooth_normals(body)
    assert np.linalg.norm(normals, axis=1) == pytest.approx(1, abs=1e-6)
    belly = (np.abs(body.vertices_m[:, 0]) < 0.05) & (np.abs(body.surface[:, 1] - 0.6) < 0.02)
    front = belly & (body.vertices_m[:, 2] > 0.05)
    assert (normals[front, 2] > 0.8).all()
