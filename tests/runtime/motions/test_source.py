"""Motion files of every kind end up on the body."""

import json
import pickle
import zlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.body.rotations import about_axis, from_axis_angle
from mimo_runtime.body.shipped import load_body
from mimo_runtime.body.smpl import SmplModel, read_smpl, smpl_body
from mimo_runtime.errors import InvalidRequestError, LimitExceededError, MediaError
from mimo_runtime.motions import source
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.motions.retarget import retarget
from mimo_runtime.motions.source import ReadOptions, read_motion
from tests.runtime.body.smpl_files import smpl_arrays, smplh_arrays
from tests.runtime.motions.people import (
    BODY,
    FRAMES,
    MAIN,
    along_bones,
    bvh_of,
    limbs_apart_deg,
    respelled,
    travel_m,
    turned_apart_deg,
    walker,
)
from tests.runtime.motions.smpl_motions import places_of_walker, smpl_arrays_of_walker

EXPECTED = retarget(walker(), BODY).motion
Z_UP, Y_DOWN = about_axis(0, 90.0), about_axis(0, 180.0)
RATE = ReadOptions(rate_fps=Fraction(30))


@pytest.fixture
def model(tmp_path: Path) -> SmplModel:
    np.savez(tmp_path / "model.npz", **smpl_arrays())
    return read_smpl(tmp_path / "model.npz")


def assert_same(motion: Motion, twist_deg: float = 5.0, names: tuple[str, ...] = MAIN) -> None:
    """As the plain file, but for the size of the person."""
    assert limbs_apart_deg(motion, EXPECTED) < 6
    assert turned_apart_deg(motion, EXPECTED, names) < twist_deg
    np.testing.assert_allclose(travel_m(motion), travel_m(EXPECTED), atol=0.12)


def fitted(path: Path, options: ReadOptions | None = None, **more: SmplModel) -> Motion:
    return read_motion(path, options=options, **more).fitted(BODY).motion


def test_a_bvh_file_and_how_it_was_understood(tmp_path: Path) -> None:
    (tmp_path / "a.bvh").write_text(bvh_of(walker()).replace(f"Frames: {FRAMES}", "Frames: 41"))
    found = read_motion(tmp_path / "a.bvh").fitted(BODY)
    assert_same(found.motion, 0.1)
    assert found.motion.source == "a.bvh"
    assert found.understood == (
        "BVH, Mixamo names, y up, centimetres, 30 frames a second, 40 frames; "
        "40 of 41 frames are there."
    )


def test_what_had_to_be_found_out_is_said(tmp_path: Path) -> None:
    person = walker()
    odd = respelled(person, along_bones(person, [0.0] * person.skeleton.joint_count), Z_UP, 0.3937)
    (tmp_path / "a.bvh").write_text(bvh_of(odd))
    found = read_motion(tmp_path / "a.bvh").fitted(BODY)
    assert_same(found.motion)
    assert "z up, inches" in found.understood
    assert "the zero posture does not stand" in found.understood
    (tmp_path / "b.bvh").write_text(bvh_of(respelled(person, mirror=0)))
    found = read_motion(tmp_path / "b.bvh").fitted(BODY)
    assert_same(found.motion, 0.1)
    assert "left-handed data, mirrored back" in found.understood


def wrapped(text: str, channels: str) -> str:
    """The person under a joint of the scene that has `channels` and does nothing."""
    head, body = text.split("\n", 1)
    hierarchy, motion = body.split("MOTION")
    root = f"ROOT Scene\n{{\nOFFSET 0 0 0\nCHANNELS {channels}\n"
    inner = hierarchy.replace("ROOT Hips", "JOINT Hips", 1)
    zeros = "0 " * int(channels[0])
    lines = motion.strip().split("\n")
    return "\n".join(
        [head, root + inner + "}", "MOTION", *lines[:2], *(zeros + line for line in lines[2:])]
    )


def test_what_moves_below_the_root_moves(tmp_path: Path) -> None:
    channels = ("0", "3 Zrotation Xrotation Yrotation",
                "6 Xposition Yposition Zposition Zrotation Xrotation Yrotation")  # fmt: skip
    for number, said in enumerate(channels):
        path = tmp_path / f"{number}.bvh"
        path.write_text(wrapped(bvh_of(walker()), said))
        assert_same(fitted(path), 0.1)


def test_what_moves_relative_to_its_offset_moves(tmp_path: Path) -> None:
    person = walker()
    root = person.motion.root_m - person.skeleton.rest_m[0].astype(np.float32)
    shifted = replace(person, motion=replace(person.motion, root_m=root))
    (tmp_path / "a.bvh").write_text(wrapped(bvh_of(shifted), "0"))
    assert_same(fitted(tmp_path / "a.bvh"), 0.1)


def test_a_map_of_joints_names_what_has_no_name(tmp_path: Path) -> None:
    person = walker()
    numbers = {name: f"Bone.{n:03d}" for n, name in enumerate(person.skeleton.names)}
    given = {bone: f"Bone.{joint:03d}" for bone, joint in person.bones.items()}
    (tmp_path / "a.bvh").write_text(bvh_of(person, numbers))
    with pytest.raises(MediaError, match="lacks, by the names of its joints"):
        read_motion(tmp_path / "a.bvh")
    assert_same(fitted(tmp_path / "a.bvh", ReadOptions(joints=given)), 0.1)


def test_a_pose_file_of_the_same_body_is_used_as_it_is(tmp_path: Path) -> None:
    motion = walk(BODY, 5, Fraction(30))
    write_poses(tmp_path / "a.npz", motion, BODY)
    result = fitted(tmp_path / "a.npz")
    np.testing.assert_array_equal(result.rotations, motion.rotations)
    np.testing.assert_array_equal(result.root_m, motion.root_m)


def test_a_pose_file_of_another_body_is_retargeted(tmp_path: Path) -> None:
    tall = load_body({"tall": 0.2}).skeleton
    write_poses(tmp_path / "a.npz", walk(tall, 30, Fraction(30)), tall)
    result = fitted(tmp_path / "a.npz")
    lead = walk(tall, 30, Fraction(30)).root_m[-1, 2] - tall.rest_m[0, 2]
    assert 0 < result.root_m[-1, 2] - result.root_m[0, 2] < lead


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


def joint_files() -> dict[str, object]:
    places = places_of_walker()
    hands = np.concatenate([places, places[:, 20:22]], axis=1)
    return {
        "22": places, "24": hands, "z up": places @ Z_UP.T, "millimetres": places * 1000,
        "one of a batch": places[None], "mdm": {"motion": places.transpose(1, 2, 0)[None],
                                                "text": ["walks"], "num_samples": 1},
        "by name": {"joints": places, "gender": "neutral"},
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["22", "24", "z up", "millimetres", "one of a batch", "mdm",
                                  "by name"])  # fmt: skip
def test_joints_alone(tmp_path: Path, kind: str) -> None:
    np.save(tmp_path / "a.npy", joint_files()[kind], allow_pickle=True)
    assert_same(fitted(tmp_path / "a.npy", RATE), 12.0)
    found = read_motion(tmp_path / "a.npy")
    assert found.person.motion.rate_fps == 20
    assert "no rate in it, 20 as in HumanML3D" in found.fitted(BODY).understood


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (np.zeros((FRAMES, 22, 3)), "these bones have no length"),
        (np.full((FRAMES, 22, 3), np.nan), "no finite number"),
        (np.random.default_rng(0).normal(size=(FRAMES, 22, 3)), "change their lengths"),
        (np.zeros((4, 5)), r"it holds one array of shape \(4, 5\)"),
        ({"a": 1, "b": 2}, "it holds a, b"),
    ],
)
def test_other_arrays_are_sentences(tmp_path: Path, content: object, words: str) -> None:
    np.save(tmp_path / "a.npy", content, allow_pickle=True)
    with pytest.raises(MediaError, match=words):
        fitted(tmp_path / "a.npy")


class Bomb:
    def __reduce__(self) -> tuple:
        return (Path.touch, (Path("/tmp/exploded-by-a-motion"),))


def test_a_pickle_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"poses": POSES, "x": Bomb()}))
    with pytest.raises(MediaError, match=r"no file of plain arrays .*numpy\.savez"):
        read_motion(tmp_path / "a.pkl")
    np.savez(tmp_path / "a.npz", poses=POSES, x=np.array([Bomb()], object), fps=30)
    assert fitted(tmp_path / "a.npz").frame_count == FRAMES
    assert not Path("/tmp/exploded-by-a-motion").exists()


def test_what_joblib_wrote_leads_to_joblib(tmp_path: Path) -> None:
    (tmp_path / "a.pkl").write_bytes(zlib.compress(pickle.dumps({"poses": POSES})))
    with pytest.raises(MediaError, match=r"open it with joblib\.load and save"):
        read_motion(tmp_path / "a.pkl")


def test_too_many_frames_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_poses(tmp_path / "a.npz", walk(BODY, 5, Fraction(30)), BODY)
    monkeypatch.setattr(source, "MAX_FRAMES", 4)
    with pytest.raises(LimitExceededError, match="has 5 frames; at most 4 are read"):
        read_motion(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.fbx", "Blender .* writes it as BVH"), ("a.usd", "BVH or GLB"), ("a.vmd", "MMD Tools"),
        ("a.c3d", "markers are no skeleton"), ("a.pt", r"numpy\.savez"), ("a.mp4", "decompose"),
        ("a.xyz", r"convert it to BVH or GLB.*Read are \.bvh, \.npz"), ("a", "Read are"),
        ("b.bvh", "Cannot read"), ("b.npy", "Cannot read"), ("b.glb", "Cannot read"),
    ],
)  # fmt: skip
def test_other_files_are_sentences(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(MediaError, match=words):
        read_motion(tmp_path / name)


def test_a_jump_between_frames_is_said(tmp_path: Path) -> None:
    person = walker()
    root = person.motion.root_m.copy()
    root[0] += [300, 0, 0]
    jumping = replace(person, motion=replace(person.motion, root_m=root))
    (tmp_path / "a.bvh").write_text(bvh_of(jumping))
    said = read_motion(tmp_path / "a.bvh").fitted(BODY).understood
    assert "the person jumps 2.9 m at 0.03 s" in said
    assert json.dumps(said)
