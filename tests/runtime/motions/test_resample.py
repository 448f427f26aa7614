"""Another frame rate shows the same motion."""

from fractions import Fraction

import numpy as np
import pytest

from mimo_runtime.body.rotations import about_axis, to_quaternion
from mimo_runtime.body.shipped import load_body
from mimo_runtime.motions.camera_path import CameraPath
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.pose_clip import PoseClip
from mimo_runtime.motions.resample import resample, resample_clip


def turning(count: int, rate_fps: Fraction) -> Motion:
    """One joint that turns 90 degrees a second while it moves 1 m a second."""
    time_s = np.arange(count) / float(rate_fps)
    return Motion(
        ("root",),
        rate_fps,
        np.outer(time_s, [1, 0, 0]).astype(np.float32),
        to_quaternion(about_axis(1, 90 * time_s))[:, None].astype(np.float32),
        "turning",
        "none",
    )


@pytest.mark.parametrize(
    ("given", "wanted", "count"),
    [(120, 30, 31), (30, 120, 481), (24, Fraction(30000, 1001), 150), (30, 25, 101)],
)
def test_it_is_the_motion_at_the_new_times(given: int, wanted: Fraction, count: int) -> None:
    rate_fps = Fraction(wanted)
    result = resample(turning(121, Fraction(given)), rate_fps)
    expected = turning(result.frame_count, rate_fps)
    assert result.frame_count == count
    assert result.rate_fps == rate_fps
    np.testing.assert_allclose(result.root_m, expected.root_m, atol=1e-5)
    same = np.abs((result.rotations * expected.rotations).sum(axis=-1))
    np.testing.assert_allclose(same, 1, atol=1e-5)
    assert (result.source, result.licence_note) == ("turning", "none")


def test_the_same_rate_changes_nothing_and_one_frame_stays_one() -> None:
    motion = turning(5, Fraction(30))
    assert resample(motion, Fraction(30)) is motion
    assert resample(turning(1, Fraction(30)), Fraction(120)).frame_count == 1


def test_cameras_are_resampled_with_their_motion() -> None:
    """One that goes round: where it is, and how it stands, at the new times."""
    motion = turning(31, Fraction(30))
    rotations = about_axis(1, 40 * np.arange(31) / 30)
    centres_m = np.array([1.0, 2.0, 3.0]) + np.outer(np.arange(31) / 30, [0.0, 0.0, 3.0])
    translations_m = -np.einsum("nij,nj->ni", rotations, centres_m)
    cameras = CameraPath(64, 48, 50.0, (32.0, 24.0), rotations, translations_m)
    clip = PoseClip(motion, load_body().skeleton, cameras)
    slower = resample_clip(clip, Fraction(5))
    assert slower.motion.frame_count == slower.cameras.frame_count == 6
    np.testing.assert_allclose(slower.cameras.rotations, rotations[::6], atol=1e-9)
    np.testing.assert_allclose(slower.cameras.translations_m, translations_m[::6], atol=1e-9)
    between = resample_clip(clip, Fraction(60)).cameras.at(1)
    np.testing.assert_allclose(between.rotation, about_axis(1, 40 / 60), atol=1e-9)
    np.testing.assert_allclose(-between.rotation.T @ between.translation_m, [1, 2, 3.05], atol=1e-9)
    assert resample_clip(clip, Fraction(30)) is clip


def test_parts_and_durations() -> None:
    motion = turning(10, Fraction(20))
    assert motion.duration_s == 0.5
    part = motion.cut(slice(2, 5))
    assert part.frame_count == 3
    np.testing.assert_array_equal(part.root_m, motion.root_m[2:5])
    np.testing.assert_allclose(motion.pose(4).rotations[0], about_axis(1, 18.0), atol=1e-6)
