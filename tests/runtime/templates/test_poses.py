"""The postures of a template: read, carried in one file, refused where they do not fit."""

from fractions import Fraction

import numpy as np
import pytest

from mimo_runtime.body.camera import orbit
from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import MediaError, TemplateError
from mimo_runtime.media.limits import MediaLimits
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.sample import TEMPLATE
from mimo_runtime.templates.folder import open_template
from mimo_runtime.templates.poses import (
    CAMERA,
    POSES,
    read_clip_poses,
    still_cameras,
    template_poses,
)
from mimo_runtime.wire.poses import EXTRAS, packed_poses

FRAMES = 5


@pytest.fixture
def folder(tmp_path):
    skeleton = load_body().skeleton
    rotations = np.zeros((FRAMES, skeleton.joint_count, 4), np.float32)
    rotations[..., 0] = 1
    root_m = np.tile(np.arange(FRAMES, dtype=np.float32)[:, None], (1, 3))
    write_poses(tmp_path / POSES, Motion(skeleton.names, Fraction(20), root_m, rotations), skeleton)
    cameras = still_cameras(orbit((0, 1, 0), 20, 1, 5, (256, 192), 200), FRAMES)
    cameras["drawn"][2] = False
    np.savez(tmp_path / CAMERA, **cameras)
    return tmp_path


def test_each_frame_has_its_posture_and_camera(folder):
    found = read_clip_poses(folder)
    assert (found.frame_count, found.size_px) == (FRAMES, (256, 192))
    assert [found.drawn(index) for index in range(FRAMES)] == [True, True, False, True, True]
    assert found.pose(3).root_m == pytest.approx([3, 3, 3])
    expected = orbit((0, 1, 0), 20, 1, 5, (256, 192), 200)
    camera = found.camera(4)
    assert camera.rotation == pytest.approx(expected.rotation)
    assert (camera.focal_px, camera.centre_px) == (expected.focal_px, expected.centre_px)


def test_one_file_says_the_same_and_is_made_of_itself(folder, tmp_path):
    (tmp_path / "template").mkdir()
    assert packed_poses(tmp_path / "template") is None
    (tmp_path / "template" / EXTRAS).symlink_to(folder)
    packed = packed_poses(tmp_path / "template")
    other = tmp_path / "other" / EXTRAS
    other.mkdir(parents=True)
    assert read_clip_poses(other) is None
    (other / POSES).write_bytes(packed)
    first, second = read_clip_poses(folder), read_clip_poses(other)
    assert (second.motion.root_m == first.motion.root_m).all()
    assert all((second.cameras[name] == first.cameras[name]).all() for name in first.cameras)
    (other / "again").mkdir()
    (other / "again" / POSES).write_bytes(packed_poses(tmp_path / "other"))
    assert read_clip_poses(other / "again").frame_count == FRAMES
    (other / POSES).write_bytes(packed[:100])
    with pytest.raises(MediaError, match="make the template anew"):
        packed_poses(tmp_path / "other")


def test_what_does_not_fit_or_is_damaged_is_said(folder):
    cameras = dict(read_clip_poses(folder).cameras)
    np.savez(folder / CAMERA, **(cameras | {"focal_px": np.full(FRAMES, np.nan)}))
    with pytest.raises(TemplateError, match="focal_px is not"):
        read_clip_poses(folder)
    (folder / CAMERA).unlink()
    with pytest.raises(MediaError, match=r"camera\.npz"):
        read_clip_poses(folder)


def test_a_template_without_postures_says_how_to_get_them():
    with pytest.raises(TemplateError, match="mimo decompose"):
        template_poses(open_template(TEMPLATE, MediaLimits()))
