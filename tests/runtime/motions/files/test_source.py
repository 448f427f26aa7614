"""Motion files of every kind end up on the body."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.motions.files import source
from mimo_runtime.motions.files.motion_source import ReadOptions
from mimo_runtime.motions.files.source import read_motion
from mimo_runtime.motions.pose_file import write_poses
from mimo_runtime.motions.procedural import walk
from tests.runtime.motions.people import (
    BODY,
    FRAMES,
    along_bones,
    bvh_of,
    respelled,
    walker,
)
from tests.runtime.motions.read_motions import assert_same, fitted

Z_UP = about_axis(0, 90.0)


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


def test_too_many_frames_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_poses(tmp_path / "a.npz", walk(BODY, 5, Fraction(30)), BODY)
    monkeypatch.setattr(source, "MAX_FRAMES", 4)
    with pytest.raises(LimitExceededError, match="has 5 frames; at most 4 are read"):
        read_motion(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.fbx", "Blender .* writes it as BVH"), ("a.usd", "BVH or GLB"), ("a.vmd", "MMD Tools"),
        ("a.c3d", "markers are no skeleton"), ("a.mp4", "decompose"),
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
