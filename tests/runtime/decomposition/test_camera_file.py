"""The camera's path, brought into a file and back."""

from pathlib import Path

import numpy as np

from mimo_runtime.decomposition.camera_file import read_camera_motion, write_camera_motion
from mimo_runtime.layers.camera.motion import LOST, NO_CAUSE, CameraMotion, PlateSegment


def test_a_path_comes_back_as_it_was(tmp_path: Path) -> None:
    segments = (
        PlateSegment(0, 3, NO_CAUSE, True, 1.0, 0.0, 1.0),
        PlateSegment(4, 6, LOST, False, 0.43, 0.71, 2 / 3),
    )
    matrices = np.random.default_rng(0).normal(size=(7, 3, 3))
    path = CameraMotion(640, 360, matrices, segments)

    write_camera_motion(tmp_path, path)
    found = read_camera_motion(tmp_path)

    assert (found.width_px, found.height_px) == (640, 360)
    np.testing.assert_array_equal(found.to_plate, matrices)
    assert found.segments == segments
    assert found.sentences == path.sentences
