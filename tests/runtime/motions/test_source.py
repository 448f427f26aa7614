"""Motion files of every kind end up on the body."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.body.rotations import about_axis, from_quaternion
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.smpl import SmplModel, read_smpl, smpl_body
from mimo_runtime.errors import InvalidRequestError, LimitExceededError, MediaError
from mimo_runtime.motions import source
from mimo_runtime.motions.amass import amass_motion
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.motions.source import read_motion
from tests.runtime.body.smpl_files import smpl_arrays, smplh_arrays
from tests.runtime.motions.bvh_text import bvh_text, random_frames

BODY = load_body()


@pytest.fixture
def model(tmp_path: Path) -> SmplModel:
    np.savez(tmp_path / "model.npz", **smpl_arrays())
    return read_smpl(tmp_path / "model.npz")


def amass_arrays(frames: int = 3, joints: int = 52) -> dict[str, np.ndarray]:
    """Upright by AMASS's axes, z up: turned a quarter about x; moving 1 m a frame along y."""
    poses = np.zeros((frames, 3 * joints))
    poses[:, 0] = np.pi / 2
    trans = np.stack([np.zeros(frames), np.arange(frames), np.full(frames, 0.1)], axis=1)
    rate = np.array(60.0)
    return {"poses": poses, "trans": trans, "betas": np.zeros(16), "mocap_framerate": rate}


def test_a_bvh_file_is_retargeted(tmp_path: Path) -> None:
    (tmp_path / "a.bvh").write_text(bvh_text(random_frames(0)))
    fitted = read_motion(tmp_path / "a.bvh").fitted(BODY.skeleton)
    assert fitted.joints == BODY.skeleton.names
    assert fitted.frame_count == 4
    assert fitted.source == "a.bvh"


def test_a_pose_file_of_the_same_body_is_used_as_it_is(tmp_path: Path) -> None:
    motion = walk(BODY.skeleton, 5, Fraction(30))
    write_poses(tmp_path / "a.npz", motion, BODY.skeleton)
    fitted = read_motion(tmp_path / "a.npz").fitted(BODY.skeleton)
    np.testing.assert_array_equal(fitted.rotations, motion.rotations)
    np.testing.assert_array_equal(fitted.root_m, motion.root_m)


def test_a_pose_file_of_another_body_is_retargeted(tmp_path: Path) -> None:
    tall = load_body({"tall": 0.2}).skeleton
    write_poses(tmp_path / "a.npz", walk(tall, 30, Fraction(30)), tall)
    fitted = read_motion(tmp_path / "a.npz").fitted(BODY.skeleton)
    lead = walk(tall, 30, Fraction(30)).root_m[-1, 2] - tall.rest_m[0, 2]
    assert 0 < fitted.root_m[-1, 2] - fitted.root_m[0, 2] < lead


def test_an_amass_motion_stands_upright_and_walks_forward(model: SmplModel) -> None:
    motion = amass_motion(amass_arrays(), "a.npz", model)
    assert motion.joints[0] == "pelvis"
    assert motion.rate_fps == 60
    np.testing.assert_allclose(from_quaternion(motion.rotations[:, 0]), [np.eye(3)] * 3, atol=1e-6)
    np.testing.assert_allclose(np.diff(motion.root_m, axis=0), [[0, 0, -1]] * 2, atol=1e-6)
    hips = smpl_arrays()["v_template"][0]
    expected = about_axis(0, -90.0) @ (hips + np.array([0, 0, 0.1]))
    np.testing.assert_allclose(motion.root_m[0], expected, atol=1e-6)


@pytest.mark.parametrize("joints", [22, 24, 52])
def test_hands_that_the_model_lacks_are_left_out(model: SmplModel, joints: int) -> None:
    arrays = amass_arrays(joints=joints)
    arrays["poses"][:, 3 * 21 :] = 0.3
    motion = amass_motion(arrays, "a.npz", model)
    assert motion.rotations.shape == (3, 24, 4)
    assert motion.rotations[0, 21, 0] < 1
    assert (motion.rotations[0, 22, 0] < 1) == (joints == 24)


def test_hands_of_a_hand_model_are_kept(tmp_path: Path) -> None:
    np.savez(tmp_path / "smplh.npz", **smplh_arrays())
    model = read_smpl(tmp_path / "smplh.npz")
    arrays = amass_arrays()
    arrays["poses"][:, 3 * 51] = 0.5
    motion = amass_motion(arrays, "a.npz", model)
    assert motion.joints[51] == "right_thumb3"
    assert motion.rotations[0, 51, 1] == pytest.approx(np.sin(0.25))
    assert smpl_body(model).skeleton.parents[49:] == (21, 49, 50)


def test_an_amass_motion_fits_our_body_and_its_own(tmp_path: Path, model: SmplModel) -> None:
    np.savez(tmp_path / "a.npz", **amass_arrays())
    found = read_motion(tmp_path / "a.npz", model)
    assert found.fitted(BODY.skeleton).joints == BODY.skeleton.names
    own = smpl_body(model, found.betas).skeleton
    assert found.fitted(own) is found.motion


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"poses": np.zeros((3, 60))}, r"poses of shape \(3, 60\)"),
        ({"trans": np.zeros((2, 3))}, r"trans of shape \(2, 3\)"),
        ({"poses": np.full((3, 156), np.inf)}, "no finite number"),
        ({"mocap_framerate": 0}, "has no mocap_framerate"),
        ({"poses": np.array(3)}, "poses of shape"),
        ({"betas": np.full(16, np.nan)}, r"The betas of 'a\.npz' are no finite numbers"),
        ({"betas": np.array(["tall"])}, r"The betas of 'a\.npz' are no finite numbers"),
    ],
)
def test_an_amass_file_that_does_not_fit_is_a_sentence(
    tmp_path: Path, model: SmplModel, change: dict, words: str
) -> None:
    np.savez(tmp_path / "a.npz", **(amass_arrays() | change))
    with pytest.raises(MediaError, match=words):
        read_motion(tmp_path / "a.npz", model)


def test_an_amass_file_without_a_model_says_what_to_give(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **amass_arrays())
    with pytest.raises(InvalidRequestError, match="give yours with --body-model"):
        read_motion(tmp_path / "a.npz")


def test_a_t_pose_stays_a_t_pose(tmp_path: Path, model: SmplModel) -> None:
    np.savez(tmp_path / "a.npz", **amass_arrays())
    fitted = read_motion(tmp_path / "a.npz", model).fitted(BODY.skeleton)
    joints = fitted.placed(BODY.skeleton).joints_m[0]
    for side, sign in (("Left", 1), ("Right", -1)):
        start, end = (joints[BODY.skeleton.index(f"{side}{part}")] for part in ("Arm", "Hand"))
        np.testing.assert_allclose((end - start) / np.linalg.norm(end - start), [sign, 0, 0],
                                   atol=0.02)  # fmt: skip


def test_too_many_frames_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_poses(tmp_path / "a.npz", walk(BODY.skeleton, 5, Fraction(30)), BODY.skeleton)
    monkeypatch.setattr(source, "MAX_FRAMES", 4)
    with pytest.raises(LimitExceededError, match="has 5 frames; at most 4 are read"):
        read_motion(tmp_path / "a.npz")


def test_other_files_are_sentences(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=1, y=2)
    with pytest.raises(MediaError, match="it holds x, y"):
        read_motion(tmp_path / "a.npz")
    with pytest.raises(MediaError, match=r"neither \.bvh nor \.npz"):
        read_motion(tmp_path / "a.fbx")
    with pytest.raises(MediaError, match="Cannot read"):
        read_motion(tmp_path / "b.bvh")
