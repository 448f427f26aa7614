"""What the unseen side of a person wears."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.camera import orbit
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.characters.atlas import shipped_atlas
from mimo_runtime.characters.other_side import face, from_other_side
from mimo_runtime.characters.sampling import sample_colours

SHIRT, TROUSERS, LOGO, SKIN, HAIR = (
    (200, 40, 40), (30, 40, 90), (250, 250, 250), (210, 160, 130), (40, 25, 15),
)  # fmt: skip


@pytest.fixture(scope="module")
def person():
    """The body, its colours float32 [V, 3], and which vertices a picture from the front shows."""
    body = load_body()
    across, height, depth = (body.surface[:, 0] - 0.5), body.surface[:, 1], body.surface[:, 2]
    colours = np.tile(np.float32(SHIRT), (len(height), 1))
    colours[height < 0.5] = TROUSERS
    colours[height > 0.86] = SKIN
    colours[(height > 0.953) | ((height > 0.9) & (depth < 0.25))] = HAIR
    front = body.vertices_m[:, 2] > 0.02
    logo = front & (np.abs(across) < 0.05) & (np.abs(height - 0.72) < 0.03)
    colours[logo] = LOGO
    return body, colours, front, logo


def test_clothes_go_round_and_the_logo_stays_in_front(person):
    body, colours, front, logo = person
    result, found = from_other_side(body, np.where(front[:, None], colours, 0), front)
    assert not found[front].any()
    back = found & (np.abs(body.surface[:, 0] - 0.5) < 0.12)
    height = body.surface[:, 1]
    shirt = back & (height > 0.54) & (height < 0.8)
    trousers = back & (height > 0.2) & (height < 0.46)
    assert logo.sum() > 25
    assert shirt.sum() > 300
    assert (result[shirt] == SHIRT).all()
    assert (result[trousers] == TROUSERS).mean() > 0.99


def test_the_back_of_the_head_has_the_hair_of_the_crown(person):
    body, colours, front, _ = person
    result, found = from_other_side(body, np.where(front[:, None], colours, 0), front)
    behind = found & (body.surface[:, 1] > 0.92) & (body.surface[:, 2] < 0.25)
    assert behind.sum() > 50
    assert (result[behind] == HAIR).mean() > 0.95
    assert not found[face(body)].any()


def test_a_limb_of_which_too_little_is_seen_gets_nothing(person):
    body, colours, _, _ = person
    nothing = np.zeros(len(colours), bool)
    result, found = from_other_side(body, colours, nothing)
    assert not found.any()
    assert not result.any()


def test_just_behind_an_arm_the_picture_is_not_believed():
    body = load_body()
    pose = Pose.rest(body.skeleton)
    index = body.skeleton.index
    pose.rotations[index("LeftArm")] = about_axis(1, -70) @ about_axis(2, -40)
    pose.rotations[index("LeftForeArm")] = about_axis(1, -60)
    arm = np.isin(body.weight_joints[:, 0], [index("LeftForeArm"), index("LeftHand")])
    colours = np.where(arm[:, None], 1.0, 0.2).astype(np.float32).repeat(3, axis=1)[:, :3]
    camera = orbit((0, 0.9, 0), 0, 1.2, 4.5, (256, 256), 500)
    view = render_pose(replace(body, colours=colours), pose, camera)
    rgb, alpha = view.rgb, np.rint(view.coverage * 255).astype(np.uint8)
    off = replace(pose, rotations=pose.rotations.copy())
    off.rotations[index("LeftArm")] = about_axis(2, 2) @ off.rotations[index("LeftArm")]
    atlas = shipped_atlas(256)
    samples = sample_colours(atlas, body, off, camera, rgb, alpha)
    trunk = np.isin(atlas.spread(_of_trunk(body), body)[:, 0].round(3), [1.0])
    smeared = trunk & (samples.rgb.mean(axis=1) > 150)
    assert smeared.sum() > 20
    assert np.quantile(samples.confidence[smeared], 0.8) < 0.15


def _of_trunk(body):
    names = {"Hips", "LowerBack", "Spine", "Spine1"}
    joints = [number for number, name in enumerate(body.skeleton.names) if name in names]
    main = np.take_along_axis(body.weight_joints, body.weights.argmax(axis=1)[:, None], 1)
    return np.isin(main, joints).astype(np.float64)
