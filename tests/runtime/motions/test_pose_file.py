"""Our own motion file."""

import io
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import InvalidRequestError, LimitExceededError, MediaError
from mimo_runtime.motions.pose_file import is_pose_file, poses_from, write_poses
from mimo_runtime.motions.procedural import walk
from mimo_runtime.untrusted import npz
from mimo_runtime.untrusted.npz import read_npz
from tests.runtime.body.arms import few

SKELETON = load_body().skeleton
MOTION = replace(walk(SKELETON, 6, Fraction(30000, 1001)), licence_note="Frei für alle")


@pytest.fixture
def pose_file(tmp_path: Path) -> Path:
    write_poses(tmp_path / "walk.npz", MOTION, SKELETON)
    return tmp_path / "walk.npz"


def test_what_is_written_is_read(pose_file: Path) -> None:
    arrays = read_npz(pose_file)
    assert is_pose_file(arrays)
    motion, skeleton = poses_from(arrays, "walk.npz")
    for name in ("joints", "rate_fps", "source", "licence_note"):
        assert getattr(motion, name) == getattr(MOTION, name)
    np.testing.assert_array_equal(motion.root_m, MOTION.root_m)
    np.testing.assert_array_equal(motion.rotations, MOTION.rotations)
    assert (skeleton.names, skeleton.parents) == (SKELETON.names, SKELETON.parents)
    np.testing.assert_array_equal(skeleton.rest_m, SKELETON.rest_m)
    np.testing.assert_array_equal(skeleton.tails_m, SKELETON.tails_m)


def test_the_same_motion_is_the_same_bytes(pose_file: Path, tmp_path: Path) -> None:
    write_poses(tmp_path / "again.npz", MOTION, SKELETON)
    assert pose_file.read_bytes() == (tmp_path / "again.npz").read_bytes()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("version", 2, "version '2'; this program reads version 1"),
        ("root_m", None, "has no root_m"),
        ("root_m", np.zeros((5, 3)), "rotations has shape .*, not"),
        ("rotations", np.zeros((6, 31, 4)), "no unit quaternion"),
        ("rotations", np.full((6, 31, 4), np.nan), "no finite number"),
        ("root_m", np.array([["a"] * 3] * 6), "no finite number"),
        ("parents", np.arange(31), "does not come after its parent"),
        ("parents", np.zeros(31), "does not come after its parent"),
        ("rate_fps", "30/0", "no rate up to"),
        ("rate_fps", "-3", "no rate up to"),
        ("joints", np.array("Hips"), "has shape"),
    ],
)
def test_a_fault_is_a_sentence(pose_file: Path, key: str, value: object, words: str) -> None:
    arrays = dict(read_npz(pose_file))
    del arrays[key]
    if value is not None:
        arrays[key] = np.array(value)
    with pytest.raises(MediaError, match=words):
        poses_from(arrays, "walk.npz")


@few
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_damage_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    path = tmp_path_factory.mktemp("damage") / "walk.npz"
    write_poses(path, MOTION, SKELETON)
    data = bytearray(path.read_bytes())
    data[place % len(data)] = byte
    path.write_bytes(data)
    try:
        poses_from(read_npz(path), "walk.npz")
    except (MediaError, LimitExceededError) as error:
        assert "walk.npz" in str(error)  # noqa: PT017


def test_other_files_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"no zip")
    with pytest.raises(MediaError, match=r"'a\.npz' is no readable \.npz file"):
        read_npz(tmp_path / "a.npz")
    with pytest.raises(MediaError, match=r"Cannot read .*No such file"):
        read_npz(tmp_path / "b.npz")


def test_objects_in_an_archive_are_left_out(tmp_path: Path) -> None:
    """Files of AMASS for SMPL-X have a dict among their arrays."""
    np.savez(tmp_path / "c.npz", a=np.array([{}], dtype=object), b=np.arange(3), c="words")
    with zipfile.ZipFile(tmp_path / "c.npz", "a") as archive:
        archive.writestr("notes.txt", "no array")
    arrays = read_npz(tmp_path / "c.npz")
    assert sorted(arrays) == ["b", "c"]
    np.testing.assert_array_equal(arrays["b"], np.arange(3))


def test_an_archive_that_unpacks_too_large_is_refused(
    pose_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npz, "MAX_BYTES", 100)
    with pytest.raises(LimitExceededError, match="at most 100 are read"):
        read_npz(pose_file)


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="cannot be written"):
        write_poses(tmp_path / "no" / "walk.npz", MOTION, SKELETON)


def test_an_array_that_says_it_is_huge_is_not_believed(tmp_path: Path) -> None:
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    )
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("root_m.npy", head.getvalue() + bytes(80))
    with pytest.raises(MediaError, match=r"'a\.npz' is no readable .npz file"):
        read_npz(tmp_path / "a.npz")


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", zeros=np.zeros(100_000))
    with pytest.raises(LimitExceededError, match="at most 1000 are read"):
        read_npz(tmp_path / "a.npz", max_bytes=1000)
