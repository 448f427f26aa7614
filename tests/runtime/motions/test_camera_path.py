"""A camera for every frame."""

import pytest

from mimo_runtime.body.camera import look_at
from mimo_runtime.motions.camera_path import CameraPath

CAMERA = look_at((0, 1.2, 4), (0, 0.9, 0), 320, 240, 400.0)


def test_each_frame_has_a_camera_of_its_own():
    path = CameraPath.still(CAMERA, 3)
    path.translations_m[2] += 0.5
    assert path.frame_count == 3
    assert path.at(2).translation_m == pytest.approx(CAMERA.translation_m + 0.5)
    assert (path.at(0).width_px, path.at(0).focal_px) == (320, 400.0)
    assert (path.at(1).rotation == CAMERA.rotation).all()
    assert (path.at(1).translation_m == CAMERA.translation_m).all()
