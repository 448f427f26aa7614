"""The fit of a work folder's landmarks, along the camera's path that lies beside them."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.array_file import write_arrays
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.decomposition.bodies import LANDMARK_FILE
from mimo_runtime.decomposition.camera_file import write_camera_motion
from mimo_runtime.decomposition.clip import DrivingClip, open_driving
from mimo_runtime.decomposition.postures import fit_body, pans_of, read_fit, without_long_gaps
from mimo_runtime.fitting.motion_fit import FOCAL_PER_SIDE
from mimo_runtime.layers.camera.motion import CUT, LOST, NO_CAUSE, CameraMotion, PlateSegment
from tests.runtime.decomposition.clips import levels, write_video
from tests.runtime.fitting.synthetic import SIDE_PX, seen

COUNT = 8


@pytest.fixture
def clip(tmp_path: Path) -> DrivingClip:
    frames = levels(COUNT, SIDE_PX, SIDE_PX)
    return open_driving(write_video(tmp_path / "clip.mp4", frames, Fraction(30)), SIDE_PX)


@pytest.fixture
def bodies(tmp_path: Path) -> Path:
    track = seen("wave", 0, COUNT).track
    count = len(track.visibility[0])
    write_arrays(tmp_path / LANDMARK_FILE, {
        "world": track.world_m, "points": np.pad(track.points_px, ((0, 0), (0, 0), (0, 1))),
        "visibility": track.visibility, "inside": np.ones((COUNT, count), np.float32),
        "presence": np.ones(COUNT, np.float32), "tracked": np.ones(COUNT, np.float32),
    })  # fmt: skip
    return tmp_path


def turning_path(agreeing: float) -> CameraMotion:
    """Half a degree a frame to the side, through a lens as it is guessed."""
    lens = np.diag([FOCAL_PER_SIDE * SIDE_PX, FOCAL_PER_SIDE * SIDE_PX, 1])
    lens[:2, 2] = SIDE_PX / 2
    to_plate = lens @ about_axis(1, 0.5 * np.arange(COUNT)) @ np.linalg.inv(lens)
    segment = PlateSegment(0, COUNT - 1, NO_CAUSE, False, agreeing, 0.2, 1.0)
    return CameraMotion(SIDE_PX, SIDE_PX, to_plate, (segment,))


@pytest.mark.parametrize(("agreeing", "followed"), [(0.9, True), (0.2, False)])
def test_the_camera_of_a_fit_turns_where_its_path_is_sure(
    clip: DrivingClip, bodies: Path, agreeing: float, followed: bool
) -> None:
    write_camera_motion(bodies, turning_path(agreeing))
    fit_body(clip, bodies, bodies)
    fit = read_fit(bodies)

    turned = fit.camera(0).rotation @ fit.camera(COUNT - 1).rotation.T
    angle_deg = np.rad2deg(np.arctan2(turned[0, 2], turned[2, 2]))
    assert angle_deg == pytest.approx(0.5 * (COUNT - 1) if followed else 0, abs=1e-4)
    assert any("From frame 0 to 7 it is taken not to turn" in one for one in fit.guesses) == (
        not followed
    )


def test_pans_are_the_segments_of_a_moving_camera() -> None:
    to_plate = np.tile(np.eye(3), (6, 1, 1))
    rows = ((0, 1, NO_CAUSE, True, 0.1), (2, 3, LOST, False, 0.3), (4, 5, CUT, False, 0.8))
    segments = tuple(PlateSegment(*row, 0.1, 1.0) for row in rows)
    pans = pans_of(CameraMotion(8, 8, to_plate, segments))
    assert [(pan.sure, pan.fresh) for pan in pans] == [(True, True), (False, False), (True, True)]
    assert [len(pan.to_first) for pan in pans] == [2, 2, 2]
    assert pans_of(CameraMotion(8, 8, to_plate[:2], segments[:1])) == ()


def test_short_gaps_are_closed_and_long_ones_stay() -> None:
    known = np.array([0, 1, 0, 0, 1, 0, 0, 0, 1, 0], np.bool_)
    closed = without_long_gaps(known, 2)
    assert closed.tolist() == [bool(int(c)) for c in "0111100010"]
    assert not without_long_gaps(np.zeros(3, np.bool_), 2).any()
