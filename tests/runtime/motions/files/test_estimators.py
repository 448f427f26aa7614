"""What programs and data sets about bodies write, each in its own way, is the motion in it."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.body.rotations import about_axis, from_axis_angle
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.motions.files.motion_source import ReadOptions
from mimo_runtime.motions.files.source import read_motion
from mimo_runtime.motions.pose_file import FORMAT
from tests.runtime.motions.people import BODY, FRAMES, limbs_apart_deg
from tests.runtime.motions.read_motions import EXPECTED, RATE, assert_same, fitted
from tests.runtime.motions.smpl_motions import gvhmr, places_of_walker, smpl_arrays_of_walker

Y_DOWN = about_axis(0, 180.0)
WALK = smpl_arrays_of_walker()
POSES, PATH = np.asarray(WALK["poses"]), np.asarray(WALK["trans"])
STANDING = np.zeros((FRAMES, 63))
CAMERA = np.asarray(smpl_arrays_of_walker(24, Y_DOWN)["poses"])


def romp() -> dict[str, object]:
    """A dict of pictures, a row for everybody in each; the second stands."""
    both = np.stack([CAMERA, CAMERA * 0 + CAMERA[:1]], axis=1)
    return {f"{index:08d}.jpg": {"smpl_thetas": rows.astype(np.float32), "cam": np.zeros((2, 3)),
                                 "global_orient": rows[:, :3], "body_pose": rows[:, 3:],
                                 "smpl_betas": np.zeros((2, 10)), "joints": np.zeros((2, 71, 3))}
            for index, rows in enumerate(both)}  # fmt: skip


def test_frames_of_romp_are_a_motion(tmp_path: Path) -> None:
    np.savez(tmp_path / "video_results.npz", results=np.array(romp(), object))
    with pytest.raises(InvalidRequestError, match="holds 2 people"):
        read_motion(tmp_path / "video_results.npz", options=RATE)
    first = ReadOptions(rate_fps=RATE.rate_fps, actor=1)
    found = read_motion(tmp_path / "video_results.npz", options=first).fitted(BODY)
    assert found.motion.frame_count == FRAMES
    assert limbs_apart_deg(found.motion, EXPECTED) < 6


def test_who_changes_places_is_followed_by_the_number(tmp_path: Path) -> None:
    frames = romp()
    for index, frame in enumerate(frames.values()):
        order = [1, 0] if index % 2 else [0, 1]
        frame["track_ids"] = np.array([4, 9])[order]  # type: ignore[index]
        frame["smpl_thetas"] = frame["smpl_thetas"][order]  # type: ignore[index]
    np.savez(tmp_path / "a.npz", results=np.array(frames, object))
    first = ReadOptions(rate_fps=RATE.rate_fps, actor=1)
    assert limbs_apart_deg(fitted(tmp_path / "a.npz", first), EXPECTED) < 6


def hybrik() -> dict[str, object]:
    matrices = from_axis_angle(POSES.reshape(FRAMES, 24, 3)).reshape(FRAMES, 216)
    return {"pred_thetas": matrices, "transl": PATH, "pred_xyz_17": np.zeros((FRAMES, 51)),
            "img_path": np.array(["a.jpg"] * FRAMES)}  # fmt: skip


def easymocap(joints: int) -> dict[str, object]:
    """The turn of the root beside the poses, in which it is 0 or missing."""
    still = POSES * np.r_[np.zeros(3), np.ones(69)]
    return {"poses": still[:, -3 * joints :], "Rh": POSES[:, :3], "Th": PATH,
            "shapes": np.zeros((1, 10))}  # fmt: skip


def grab() -> dict[str, object]:
    """Hands and a thing are turned by keys of the same names; the rate is said once."""
    body = {"fullpose": POSES[:, :66], "global_orient": POSES[:, :3], "body_pose": POSES[:, 3:66],
            "transl": PATH}  # fmt: skip
    hand = {"fullpose": np.zeros((FRAMES, 45)), "global_orient": PATH, "transl": PATH}
    return {"body": {"params": body}, "lhand": {"params": hand}, "rhand": {"params": hand},
            "object": {"params": {"global_orient": PATH, "transl": PATH}},
            "framerate": 30.0}  # fmt: skip


def prompthmr() -> dict[str, object]:
    pose = np.concatenate([POSES[:, :66], np.zeros((FRAMES, 99))], axis=1)
    world = {"pose": pose, "trans": PATH, "shape": np.zeros((FRAMES, 10))}
    camera = {"pose": pose * 0, "trans": PATH * 0, "shape": np.zeros((FRAMES, 10))}
    return {"people": {1: {"smplx_cam": camera, "smplx_world": world, "frames": np.arange(3)}},
            "camera_world": {"Rcw": np.eye(3)[None]}}  # fmt: skip


PROGRAMS: dict[str, Callable[[], dict[str, object]]] = {
    "HybrIK": hybrik, "EasyMocap with a root": lambda: easymocap(24),
    "EasyMocap": lambda: easymocap(23), "GRAB": grab, "PromptHMR": prompthmr, "GVHMR": gvhmr,
}  # fmt: skip


@pytest.mark.parametrize("program", sorted(PROGRAMS))
@pytest.mark.parametrize("name", ["res.pk", "a.npz"])
def test_what_estimators_write(tmp_path: Path, program: str, name: str) -> None:
    path, content = tmp_path / name, PROGRAMS[program]()
    if name == "res.pk":
        path.write_bytes(pickle.dumps(content))
    else:
        np.savez(path, **content)  # type: ignore[arg-type]
    assert_same(fitted(path, RATE if program != "GRAB" else None))


def listed(content: object) -> object:
    """`content` with lists of numbers for its arrays, as JSON has them."""
    if isinstance(content, dict):
        return {str(key): listed(value) for key, value in content.items()}
    return content.tolist() if isinstance(content, np.ndarray) else content


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_json_is_read_as_the_rest(tmp_path: Path, program: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps(listed(PROGRAMS[program]())))
    assert_same(fitted(tmp_path / "a.json", RATE if program != "GRAB" else None))


def test_joints_in_json_are_read(tmp_path: Path) -> None:
    for content in (places_of_walker().tolist(), {"joints3d": places_of_walker().tolist()}):
        (tmp_path / "a.json").write_text(json.dumps(content))
        assert_same(fitted(tmp_path / "a.json", RATE), 12.0)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[1, 2", '{"people": []}', "7", "null"])
def test_other_json_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(MediaError, match=r"'a\.json'"):
        read_motion(tmp_path / "a.json")


RAGGED = [[1, 2], [3]]


@pytest.mark.parametrize(
    "content",
    [
        {"poses": POSES, "trans": RAGGED, "fps": 30}, {"poses": POSES, "betas": RAGGED, "fps": 30},
        {"poses": RAGGED, "fps": 30}, {"poses": POSES, "fps": RAGGED}, {"joints": RAGGED},
        {"poses": POSES[None], "trans": 1.0, "fps": 30},
        {"a": {"smpl_thetas": RAGGED}}, {"a": {"tid": RAGGED, "smpl": RAGGED}},
        {"a": {"smpl_thetas": POSES, "track_ids": ["x"] * FRAMES}}, RAGGED, [POSES, RAGGED],
    ],
)  # fmt: skip
def test_lists_of_different_lengths_are_a_sentence(tmp_path: Path, content: object) -> None:
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(content))
    with pytest.raises(MediaError, match=r"'a\.pkl'"):
        read_motion(tmp_path / "a.pkl")


@pytest.mark.parametrize("joints", [RAGGED, ["Hips"], {"Hips": 1}])
def test_what_only_says_that_it_is_a_pose_file_is_a_sentence(
    tmp_path: Path, joints: object
) -> None:
    keys = ("joints", "parents", "rest_m", "tails_m", "root_m", "rotations")
    content = dict.fromkeys(keys, joints) | {"format": FORMAT, "version": 1, "rate_fps": "30"}
    (tmp_path / "a.json").write_text(json.dumps(content))
    np.savez(tmp_path / "a.npz", **{key: np.array(value, object) for key, value in content.items()
                                    if key != "joints"}, joints=np.array(["Hips"]))  # fmt: skip
    for name in ("a.json", "a.npz"):
        with pytest.raises(MediaError, match="pose file"):
            read_motion(tmp_path / name)


def test_odd_numbers_beside_good_poses_do_not_matter(tmp_path: Path) -> None:
    content = {"poses": POSES, "trans": PATH, "smpl_scaling": RAGGED, "fps": 30}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(content))
    assert_same(fitted(tmp_path / "a.pkl"))


def test_a_rate_that_is_said_for_all_counts_for_each(tmp_path: Path) -> None:
    """As in InterHuman."""
    person = {"root_orient": POSES[:, :3], "pose_body": POSES[:, 3:66], "trans": PATH}
    content = {"person1": person, "person2": person, "mocap_framerate": 59.94}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(content))
    found = read_motion(tmp_path / "a.pkl", options=ReadOptions(actor=2))
    assert float(found.person.motion.rate_fps) == pytest.approx(59.94, abs=1e-3)


def test_only_aist_has_its_rate_unsaid(tmp_path: Path) -> None:
    """EDGE and others write `smpl_poses` too, at 30 a second."""
    aist = {"smpl_poses": POSES, "smpl_trans": PATH * 95, "smpl_scaling": np.array([95.0])}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(aist))
    assert read_motion(tmp_path / "a.pkl").person.motion.rate_fps == 60
    edge = {"smpl_poses": POSES, "smpl_trans": PATH, "full_pose": places_of_walker()}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(edge))
    with pytest.raises(InvalidRequestError, match="does not say how many frames a second"):
        read_motion(tmp_path / "a.pkl")
    assert_same(fitted(tmp_path / "a.pkl", RATE))


def test_rows_of_motion_x(tmp_path: Path) -> None:
    rows = np.zeros((FRAMES, 322))
    rows[:, :66], rows[:, 309:312] = POSES[:, :66], PATH
    np.save(tmp_path / "a.npy", rows)
    assert read_motion(tmp_path / "a.npy").person.motion.rate_fps == 30
    assert_same(fitted(tmp_path / "a.npy"))


def features(joints: np.ndarray, half_turns: np.ndarray) -> np.ndarray:
    """HumanML3D's of `joints` [N, 22, 3], seen from an axis turned by twice `half_turns` [N]."""
    turns = about_axis(1, np.degrees(2 * half_turns))
    root = joints[:, 0] * [1, 0, 1]
    beside = np.einsum("nab,njb->nja", turns, joints - root[:, None])
    steps = np.einsum("nab,nb->na", turns[1:], np.diff(root, axis=0))
    rows = np.zeros((len(joints) - 1, 263))
    rows[:, 0], rows[:, 1:3], rows[:, 3] = np.diff(half_turns), steps[:, [0, 2]], joints[:-1, 0, 1]
    rows[:, 4:67] = beside[:-1, 1:].reshape(len(rows), 63)
    return rows


def test_features_of_humanml3d(tmp_path: Path) -> None:
    joints = places_of_walker()
    joints = np.concatenate([joints, joints[-1:]])
    joints = joints - joints[0, 0] * [1, 0, 1]
    np.save(tmp_path / "a.npy", features(joints, 0.4 * np.sin(np.arange(FRAMES + 1) / 9)))
    assert_same(fitted(tmp_path / "a.npy", RATE), 12.0)
    assert read_motion(tmp_path / "a.npy").person.motion.rate_fps == 20


@pytest.mark.parametrize("count", [45, 52, 55, 71, 127, 144])
def test_joints_with_hands_and_more(tmp_path: Path, count: int) -> None:
    more = np.zeros((FRAMES, count - 22, 3))
    np.save(tmp_path / "a.npy", np.concatenate([places_of_walker(), more], axis=1))
    assert_same(fitted(tmp_path / "a.npy", RATE), 12.0)


@pytest.mark.parametrize(("count", "owner"), [(17, "COCO's or Human3.6M's"), (33, "MediaPipe's"),
                                              (25, "OpenPose's"), (21, "KIT-ML's")])  # fmt: skip
@pytest.mark.parametrize("key", [None, "keypoints3d"])
def test_joints_in_another_order_are_told(
    tmp_path: Path, count: int, owner: str, key: str | None
) -> None:
    joints = np.random.default_rng(0).normal(size=(FRAMES, count, 3))
    np.save(tmp_path / "a.npy", joints if key is None else {key: joints}, allow_pickle=True)
    with pytest.raises(MediaError, match=f"has {count} joints a frame, in {owner}.*decompose the"):
        read_motion(tmp_path / "a.npy")
