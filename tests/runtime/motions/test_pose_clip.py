"""A pose file that says all that is needed to draw it."""

import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.camera_placement import CameraChoice, place_camera
from mimo_runtime.motions.pose_clip import PoseClip, read_pose_clip, write_pose_clip
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.untrusted.npz import read_npz

SHAPE = {"male": 1.0, "tall": 0.25}
BODY = load_body(SHAPE)
MOTION = walk(BODY.skeleton, 6, Fraction(30))
CAMERAS = place_camera(MOTION, BODY.skeleton, CameraChoice(follow=True), (96, 64))
CLIP = PoseClip(MOTION, BODY.skeleton, CAMERAS, BODY.name, SHAPE)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_pose_clip(tmp_path / "motion.npz", CLIP)
    return tmp_path / "motion.npz"


def test_what_is_written_is_read(file: Path) -> None:
    clip = read_pose_clip(file)
    np.testing.assert_array_equal(clip.motion.rotations, MOTION.rotations)
    assert (clip.body, clip.shape) == (BODY.name, SHAPE)
    for name in ("width_px", "height_px", "focal_px", "centre_px"):
        assert getattr(clip.cameras, name) == getattr(CAMERAS, name)
    np.testing.assert_array_equal(clip.cameras.rotations, CAMERAS.rotations)
    np.testing.assert_array_equal(clip.cameras.translations_m, CAMERAS.translations_m)


def test_the_same_clip_is_the_same_bytes(file: Path, tmp_path: Path) -> None:
    write_pose_clip(tmp_path / "again.npz", CLIP)
    assert file.read_bytes() == (tmp_path / "again.npz").read_bytes()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"camera_focal_px": None}, "has no camera_focal_px; make it anew"),
        ({"body": None, "camera_size_px": None}, "has no body, camera_size_px"),
        ({"camera_focal_px": np.full(6, -1.0)}, "a focal length of -1 px"),
        ({"camera_size_px": np.array([96, 10**6])}, r"size of \[96, 1000000\] px"),
        ({"camera_size_px": np.array([96.5, 64])}, "sides must be 1 to"),
        ({"camera_focal_px": np.arange(1.0, 7)}, "camera_focal_px changes from frame"),
        ({"camera_centre_px": np.full((6, 2), np.nan)}, "camera_centre_px is no"),
        ({"camera_rotation": CAMERAS.rotations[:5]}, "camera_rotation is no"),
        ({"camera_rotation": -CAMERAS.rotations}, "a camera's rotation is none"),
        ({"camera_rotation": 2 * CAMERAS.rotations}, "a camera's rotation is none"),
        ({"camera_translation_m": np.array([["a"] * 3] * 6)}, "camera_translation_m is no"),
        ({"shape_names": np.array(["male", "round"])}, "shape of the body is not understood"),
        ({"shape_names": np.array(["male"])}, "shape of the body is not understood"),
        ({"shape_shares": np.array([1.0, np.inf])}, "shape of the body is not understood"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_a_sentence(file: Path, change: dict, words: str) -> None:
    arrays = {
        key: value for key, value in {**read_npz(file), **change}.items() if value is not None
    }
    np.savez(file, **arrays)
    with pytest.raises(MediaError, match=words):
        read_pose_clip(file)


def test_poses_alone_and_other_archives_are_sentences(tmp_path: Path) -> None:
    write_poses(tmp_path / "poses.npz", MOTION, BODY.skeleton)
    with pytest.raises(MediaError, match="has no body, shape_names"):
        read_pose_clip(tmp_path / "poses.npz")
    np.savez(tmp_path / "other.npz", x=1)
    with pytest.raises(MediaError, match=r"'other\.npz' is no pose file"):
        read_pose_clip(tmp_path / "other.npz")


def test_nothing_that_is_no_number_is_written(tmp_path: Path) -> None:
    motion = replace(MOTION, root_m=MOTION.root_m * np.nan)
    with pytest.raises(MediaError, match="are not finite"):
        write_pose_clip(tmp_path / "m.npz", replace(CLIP, motion=motion))
    assert not (tmp_path / "m.npz").exists()
    assert not zipfile.is_zipfile(tmp_path / "m.npz")
