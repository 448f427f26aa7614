"""Poses of the SMPL family, by whatever keys and in whatever axes, end up on the body."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.body.rotations import about_axis, from_axis_angle
from mimo_runtime.body.smpl import SmplModel, read_smpl, smpl_body
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.motions.files.motion_source import ReadOptions
from mimo_runtime.motions.files.source import read_motion
from tests.runtime.body.smpl_files import smpl_arrays, smplh_arrays, smplx_arrays
from tests.runtime.motions.people import (
    BODY,
    FRAMES,
    limbs_apart_deg,
    travel_m,
    turned_apart_deg,
)
from tests.runtime.motions.read_motions import EXPECTED, RATE, assert_same, fitted
from tests.runtime.motions.smpl_motions import smpl_arrays_of_walker

Z_UP, Y_DOWN = about_axis(0, 90.0), about_axis(0, 180.0)


@pytest.fixture
def model(tmp_path: Path) -> SmplModel:
    np.savez(tmp_path / "model.npz", **smpl_arrays())
    return read_smpl(tmp_path / "model.npz")


@pytest.mark.parametrize("joints", [22, 24, 52, 55])
@pytest.mark.parametrize("world", [Z_UP, np.eye(3), Y_DOWN], ids=["z up", "y up", "y down"])
def test_smpl_poses_in_any_axes_need_no_model(
    tmp_path: Path, joints: int, world: np.ndarray
) -> None:
    np.savez(tmp_path / "a.npz", **smpl_arrays_of_walker(joints, world))
    assert_same(fitted(tmp_path / "a.npz"))


def spelled(arrays: dict, **change: object) -> dict:
    """`arrays` with entries changed, or left out where None."""
    merged = arrays | change
    return {key: value for key, value in merged.items() if value is not None}


WALK = smpl_arrays_of_walker()
POSES = np.asarray(WALK["poses"])
MATRICES = from_axis_angle(POSES.reshape(FRAMES, 24, 3))
SPELLINGS = {
    "smplx": spelled(WALK, poses=None, trans=None, global_orient=POSES[:, :3],
                     body_pose=POSES[:, 3:], transl=WALK["trans"]),
    "amass parts": spelled(WALK, poses=None, root_orient=POSES[:, :3], pose_body=POSES[:, 3:66],
                           pose_hand=np.zeros((FRAMES, 90))),
    "joints apart": spelled(WALK, poses=POSES.reshape(FRAMES, 24, 3)),
    "matrices": spelled(WALK, poses=MATRICES),
    "matrices apart": spelled(WALK, poses=None, global_orient=MATRICES[:, :1],
                              body_pose=MATRICES[:, 1:]),
    "fps": spelled(WALK, mocap_framerate=None, fps=30),
    "frame rate": spelled(WALK, mocap_framerate=None, mocap_frame_rate=np.array([30])),
    "aist": {"smpl_poses": POSES, "smpl_trans": np.asarray(WALK["trans"]) * 95,
             "smpl_scaling": np.array([95.0])},
    "wham": {"pose_world": POSES, "trans_world": WALK["trans"], "pose": POSES * 0, "fps": 30},
    "betas of each frame": spelled(WALK, betas=np.zeros((FRAMES, 10))),
    "matrices in a row": spelled(WALK, poses=MATRICES.reshape(FRAMES, -1)),
    "six numbers by rows": spelled(WALK, poses=MATRICES[..., :2, :].reshape(FRAMES, 24, 6)),
    "six numbers by columns": spelled(WALK, poses=MATRICES.swapaxes(-1, -2)[..., :2, :].reshape(
        FRAMES, -1)),
    "six numbers in turn": spelled(WALK, poses=MATRICES[..., :2].reshape(FRAMES, 24, 6)),
    "six numbers apart": spelled(WALK, poses=None, trans=None, transl=WALK["trans"],
                                 global_orient=MATRICES[:, 0, :2].reshape(FRAMES, 6),
                                 body_pose=MATRICES[:, 1:22, :2].reshape(FRAMES, -1)),
    "mdm": {"thetas": MATRICES[..., :2, :].reshape(FRAMES, 24, 6).transpose(1, 2, 0), "fps": 30,
            "root_translation": np.asarray(WALK["trans"]).T},
    "tram": {"pred_rotmat": MATRICES, "pred_trans": np.asarray(WALK["trans"])[:, None], "fps": 30},
    "emdb": {"poses_root": POSES[:, :3], "poses_body": POSES[:, 3:], "trans": WALK["trans"],
             "fps": 30},
    "bedlam": {"poses_world": POSES, "trans_world": WALK["trans"], "fps": 30},
    "one of a batch": spelled(WALK, poses=None, pose_body=POSES[None, :, 3:66],
                              root_orient=POSES[None, :, :3],
                              trans=np.asarray(WALK["trans"])[None], betas=np.zeros((1, 16))),
    "path of one row apart": spelled(WALK, trans=np.asarray(WALK["trans"])[:, None]),
}  # fmt: skip


@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
@pytest.mark.parametrize("suffix", [".npz", ".pkl", ".npy"])
def test_poses_by_other_keys_are_those_poses(tmp_path: Path, spelling: str, suffix: str) -> None:
    arrays, path = SPELLINGS[spelling], tmp_path / f"a{suffix}"
    if suffix == ".npz":
        np.savez(path, **arrays)
    elif suffix == ".npy":
        np.save(path, arrays, allow_pickle=True)
    else:
        path.write_bytes(pickle.dumps({"gender": "neutral", 0: arrays}))
    found = read_motion(path)
    assert_same(found.fitted(BODY).motion)
    assert found.person.motion.rate_fps == (60 if spelling == "aist" else 30)


def test_of_the_world_and_the_camera_the_world_is_taken(tmp_path: Path) -> None:
    """As GVHMR writes one person twice."""
    world, camera = smpl_arrays_of_walker(22), smpl_arrays_of_walker(22, Y_DOWN)
    camera["trans"] = np.asarray(camera["trans"]) * 0
    content = {"smpl_params_incam": camera, "smpl_params_global": world, "K_fullimg": np.eye(3)}
    np.save(tmp_path / "a.npy", content, allow_pickle=True)
    assert_same(fitted(tmp_path / "a.npy"))


def test_a_path_is_as_long_in_legs_as_theirs(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **WALK)
    walked_m = np.ptp(np.asarray(WALK["trans"])[:, 2])
    hip, knee, ankle = BODY.rest_m[[BODY.index(f"Left{part}") for part in ("UpLeg", "Leg", "Foot")]]
    legs_m = np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee)
    travelled_m = travel_m(fitted(tmp_path / "a.npz"))[2]
    assert travelled_m == pytest.approx(walked_m * legs_m / 0.82, rel=0.01)
    longer = ReadOptions(scale=0.5)
    assert travel_m(fitted(tmp_path / "a.npz", longer))[2] == pytest.approx(
        travelled_m / 2, rel=1e-3
    )


def test_a_path_may_be_missing_or_one_row(tmp_path: Path) -> None:
    for trans in (None, np.zeros(3), np.zeros((1, 3))):
        np.savez(tmp_path / "a.npz", **spelled(WALK, trans=trans))
        assert limbs_apart_deg(fitted(tmp_path / "a.npz"), EXPECTED) < 6


def test_poses_without_a_rate_ask_for_it(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **spelled(WALK, mocap_framerate=None))
    with pytest.raises(InvalidRequestError, match="give the rate of the source"):
        read_motion(tmp_path / "a.npz")
    assert_same(fitted(tmp_path / "a.npz", RATE))


def test_of_several_people_one_is_taken(tmp_path: Path) -> None:
    still = spelled(WALK, poses=POSES * 0, trans=np.zeros((FRAMES, 3)))
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({1: still, 7: WALK}))
    assert_same(fitted(tmp_path / "a.pkl", ReadOptions(actor=2)))
    for actor in (None, 3):
        with pytest.raises(InvalidRequestError, match="holds 2 people; say which actor"):
            read_motion(tmp_path / "a.pkl", options=ReadOptions(actor=actor))


@pytest.mark.parametrize("is_list", [False, True])
def test_of_several_people_in_one_array_one_is_taken(tmp_path: Path, is_list: bool) -> None:
    """As SLAHMR and 3DPW write them."""
    both = {"poses": [POSES * 0, POSES], "trans": [np.zeros((FRAMES, 3)), WALK["trans"]]}
    arrays = both if is_list else {key: np.stack(value) for key, value in both.items()}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(arrays | {"fps": 30}))
    assert_same(fitted(tmp_path / "a.pkl", ReadOptions(actor=2)))
    with pytest.raises(InvalidRequestError, match="holds 2 people; say which actor"):
        read_motion(tmp_path / "a.pkl")


def test_millimetres_are_told_and_can_be_scaled(tmp_path: Path) -> None:
    for per_metre in (1000, 100):
        np.savez(tmp_path / "a.npz", **spelled(WALK, trans=np.asarray(WALK["trans"]) * per_metre))
        with pytest.raises(MediaError, match=r"nobody is faster than 12 m/s.*give a scale"):
            fitted(tmp_path / "a.npz")
        assert_same(fitted(tmp_path / "a.npz", ReadOptions(scale=1 / per_metre)))


def test_poses_on_the_users_model(tmp_path: Path, model: SmplModel) -> None:
    np.savez(tmp_path / "a.npz", **smpl_arrays_of_walker(24, Z_UP))
    motion = fitted(tmp_path / "a.npz", model=model)
    assert limbs_apart_deg(motion, EXPECTED) < 6
    assert turned_apart_deg(motion, EXPECTED) < 12
    found = read_motion(tmp_path / "a.npz", model)
    own = smpl_body(model, found.betas).skeleton
    result = found.fitted(own).motion
    joints = result.placed(own).joints_m
    assert result.joints == own.names
    assert (joints[:, 15, 1] > joints[:, 0, 1] + 0.5).all()
    np.testing.assert_allclose(travel_m(result), [0, 0, 1.573], atol=1e-3)


@pytest.mark.parametrize("joints", [22, 55])
def test_poses_on_a_model_with_a_face(tmp_path: Path, joints: int) -> None:
    np.savez(tmp_path / "SMPLX_NEUTRAL.npz", **smplx_arrays())
    model = read_smpl(tmp_path / "SMPLX_NEUTRAL.npz")
    np.savez(tmp_path / "a.npz", **smpl_arrays_of_walker(joints, Z_UP) | {"betas": np.zeros(300)})
    found = read_motion(tmp_path / "a.npz", model)
    own = smpl_body(model, found.betas).skeleton
    result = found.fitted(own).motion
    assert result.joints == own.names == model.joint_names
    assert {"jaw", "left_eye", "right_thumb3"} <= set(result.joints)
    np.testing.assert_allclose(travel_m(result), [0, 0, 1.573], atol=1e-3)
    assert limbs_apart_deg(found.fitted(BODY).motion, EXPECTED) < 6


def test_hands_of_a_hand_model_are_kept(tmp_path: Path) -> None:
    np.savez(tmp_path / "smplh.npz", **smplh_arrays())
    arrays = smpl_arrays_of_walker(52)
    arrays["poses"][:, 3 * 51] = 0.5  # type: ignore[index]
    np.savez(tmp_path / "a.npz", **arrays)
    person = read_motion(tmp_path / "a.npz", read_smpl(tmp_path / "smplh.npz")).person
    assert person.motion.joints[51] == "right_thumb3"
    assert person.motion.rotations[0, 51, 1] == pytest.approx(np.sin(0.25))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"poses": np.zeros((3, 60))}, r"poses of shape \(3, 60\)"),
        ({"poses": np.zeros((0, 72))}, r"poses of shape \(0, 72\)"),
        ({"poses": np.array(3)}, r"poses of shape \(\)"),
        ({"poses": np.array(["a"] * 72)}, "poses of 'a.npz' are no numbers"),
        ({"trans": np.zeros((2, 3))}, r"trans of shape \(2, 3\)"),
        ({"trans": np.full((FRAMES, 3), np.nan)}, "no finite number"),
        ({"poses": np.full((FRAMES, 72), np.inf)}, "no finite number"),
        ({"mocap_framerate": 0}, "has no mocap_framerate from 1 to 1000 but 0"),
        ({"mocap_framerate": "fast"}, "has no mocap_framerate"),
        ({"betas": np.full(16, np.nan)}, r"The betas of 'a\.npz' are no finite numbers"),
        ({"betas": np.array(["tall"])}, r"The betas of 'a\.npz' are no finite numbers"),
        ({"poses": None, "root_orient": POSES[:, :3], "pose_body": POSES[:5, 3:66]},
         "40 poses of the root and 5 of the body"),
    ],
)  # fmt: skip
def test_poses_that_do_not_fit_are_a_sentence(tmp_path: Path, change: dict, words: str) -> None:
    np.savez(tmp_path / "a.npz", **spelled(WALK, **change))
    with pytest.raises(MediaError, match=words):
        read_motion(tmp_path / "a.npz")
