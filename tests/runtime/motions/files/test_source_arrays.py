"""Joints alone end up on the body; other arrays are told, and pickles run nothing."""

import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest

from mimo_runtime.body.rotations import about_axis
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.files.source import read_motion
from tests.runtime.motions.people import (
    BODY,
    FRAMES,
)
from tests.runtime.motions.read_motions import RATE, assert_same, fitted
from tests.runtime.motions.smpl_motions import places_of_walker, smpl_arrays_of_walker

Z_UP = about_axis(0, 90.0)
POSES = np.asarray(smpl_arrays_of_walker()["poses"])


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


def test_what_fills_up_a_batch_is_left_out(tmp_path: Path) -> None:
    places = places_of_walker().transpose(1, 2, 0)
    filled = np.concatenate([places, places[..., -1:].repeat(30, axis=-1)], axis=-1)
    content = {"motion": filled[None], "lengths": np.array([FRAMES])}
    np.save(tmp_path / "a.npy", content, allow_pickle=True)
    assert_same(fitted(tmp_path / "a.npy", RATE), 12.0)


@pytest.mark.parametrize("axis", [0, 2])
def test_left_handed_joints_are_mirrored_back(tmp_path: Path, axis: int) -> None:
    np.save(tmp_path / "a.npy", places_of_walker() * np.where(np.arange(3) == axis, -1, 1))
    assert_same(fitted(tmp_path / "a.npy", RATE), 12.0)
    understood = read_motion(tmp_path / "a.npy").fitted(BODY).understood
    assert "left-handed data, mirrored back" in understood


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


@pytest.mark.parametrize("packing", [0, ("zlib", 3), ("gzip", 3)], ids=str)
def test_what_joblib_wrote_is_read(tmp_path: Path, packing: object) -> None:
    walk = smpl_arrays_of_walker() | {"verts": np.array([np.zeros(3), "later"], object)}
    joblib.dump({0: walk | {"mocap_framerate": 30}}, tmp_path / "a.pkl", compress=packing)
    assert_same(fitted(tmp_path / "a.pkl"))


def test_what_joblib_wrote_runs_nothing(tmp_path: Path) -> None:
    joblib.dump({"poses": POSES, "x": Bomb()}, tmp_path / "a.pkl")
    with pytest.raises(MediaError, match=r"no file of plain arrays"):
        read_motion(tmp_path / "a.pkl")
    assert not Path("/tmp/exploded-by-a-motion").exists()


def test_what_joblib_packed_otherwise_leads_to_joblib(tmp_path: Path) -> None:
    joblib.dump({"poses": POSES}, tmp_path / "a.pkl", compress=("bz2", 3))
    with pytest.raises(MediaError, match=r"open it with joblib\.load and save"):
        read_motion(tmp_path / "a.pkl")


@pytest.mark.parametrize("packing", [0, 3])
@pytest.mark.parametrize("share", [0.2, 0.7, 0.99])
def test_what_joblib_wrote_and_was_cut_off_is_a_sentence(
    tmp_path: Path, packing: int, share: float
) -> None:
    joblib.dump(smpl_arrays_of_walker(), tmp_path / "a.pkl", compress=packing)
    data = (tmp_path / "a.pkl").read_bytes()
    (tmp_path / "a.pkl").write_bytes(data[: int(share * len(data))])
    with pytest.raises(MediaError):
        read_motion(tmp_path / "a.pkl")
