"""A camera for every frame, in a pose file."""

import numpy as np
import pytest

from mimo_runtime.body.camera import look_at
from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.camera_path import CameraPath, camera_path_from
from mimo_runtime.motions.npz import read_npz
from mimo_runtime.motions.pose_file import poses_from, write_poses
from mimo_runtime.motions.procedural import wave

CAMERA = look_at((0, 1.2, 4), (0, 0.9, 0), 320, 240, 400.0)


@pytest.fixture
def file(tmp_path):
    skeleton = load_body().skeleton
    path = CameraPath.still(CAMERA, 3)
    path.translations_m[2] += 0.5
    write_poses(tmp_path / "m.npz", wave(skeleton, 3, 30), skeleton, path.arrays())
    return read_npz(tmp_path / "m.npz")


def test_a_path_comes_back_and_the_poses_are_read_as_before(file):
    path = camera_path_from(file, "m.npz")
    assert path.frame_count == 3
    assert path.at(2).translation_m == pytest.approx(CAMERA.translation_m + 0.5)
    assert (path.at(0).width_px, path.at(0).focal_px) == (320, 400.0)
    assert (path.at(1).rotation == CAMERA.rotation).all()
    assert poses_from(file, "m.npz")[0].frame_count == 3


def test_a_file_without_cameras_has_no_path(tmp_path):
    skeleton = load_body().skeleton
    write_poses(tmp_path / "m.npz", wave(skeleton, 2, 30), skeleton)
    assert camera_path_from(read_npz(tmp_path / "m.npz"), "m.npz") is None


@pytest.mark.parametrize("broken", ["missing", "short", "endless"])
def test_a_damaged_path_is_refused(file, broken):
    arrays = dict(file)
    if broken == "missing":
        del arrays["camera_focal_px"]
    elif broken == "short":
        arrays["camera_rotations"] = arrays["camera_rotations"][:2]
    else:
        arrays["camera_centre_px"] = np.array([np.inf, 0])
    with pytest.raises(MediaError, match="camera_"):
        camera_path_from(arrays, "m.npz")
