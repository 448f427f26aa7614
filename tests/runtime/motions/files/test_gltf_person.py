"""Skeleton animations of glTF and GLB files."""

import base64
import json
import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.body.rotations import about_axis, from_quaternion, to_quaternion
from mimo_runtime.errors import LimitExceededError, MediaError, MimoError
from mimo_runtime.motions.files import gltf_file
from mimo_runtime.motions.files.gltf_person import read_gltf
from mimo_runtime.motions.files.motion_source import ReadOptions
from mimo_runtime.motions.files.source import read_motion
from mimo_runtime.motions.retargeting.person import Person
from mimo_runtime.motions.retargeting.retarget import retarget
from tests.runtime.motions.people import (
    BODY,
    FRAMES,
    limbs_apart_deg,
    travel_m,
    turned_apart_deg,
    walker,
)

WALKER = walker()
EXPECTED = retarget(WALKER, BODY).motion


class Builder:
    """A glTF file of arrays."""

    def __init__(self) -> None:
        self.data = b""
        self.content: dict = {"asset": {"version": "2.0"}, "accessors": [], "bufferViews": []}

    def accessor(self, array: np.ndarray, kind: str, component: int = 5126) -> int:
        raw = np.ascontiguousarray(array, {5126: "<f4", 5122: "<i2"}[component]).tobytes()
        views = self.content["bufferViews"]
        views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(raw)})
        self.data += raw + b"\0" * (-len(raw) % 4)
        made = {"bufferView": len(views) - 1, "componentType": component, "count": len(array),
                "type": kind, "normalized": component == 5122}  # fmt: skip
        self.content["accessors"].append(made)
        return len(self.content["accessors"]) - 1

    def glb(self) -> bytes:
        buffers = {"buffers": [{"byteLength": len(self.data)}]}
        text = json.dumps(self.content | buffers).encode()
        text += b" " * (-len(text) % 4)
        chunks = struct.pack("<I4s", len(text), b"JSON") + text
        chunks += struct.pack("<I4s", len(self.data), b"BIN\0") + self.data
        return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks

    def gltf(self) -> bytes:
        uri = "data:application/octet-stream;base64," + base64.b64encode(self.data).decode()
        buffers = {"buffers": [{"byteLength": len(self.data), "uri": uri}]}
        return json.dumps(self.content | buffers).encode()


def built(
    person: Person = WALKER,
    *,
    interpolation: str = "LINEAR",
    armature: np.ndarray | None = None,
    scale: float = 0.01,
    component: int = 5126,
    rest_turn: np.ndarray | None = None,
) -> Builder:
    """`person` under a node that turns and scales it, bound as it stands in its zero posture.

    rest_turn: turns the axes of every joint but the root, as tools do that draw bones along y.
    """
    make, skeleton = Builder(), person.skeleton
    turn = np.eye(3) if rest_turn is None else rest_turn
    axes = [turn if joint else np.eye(3) for joint in range(skeleton.joint_count)]
    above = [axes[parent] if parent >= 0 else np.eye(3) for parent in skeleton.parents]
    local = from_quaternion(person.motion.rotations)
    local = np.stack([a.T @ local[:, j] @ b for j, (a, b) in enumerate(zip(above, axes,
                      strict=True))], axis=1)  # fmt: skip
    nodes = []
    for joint, name in enumerate(skeleton.names):
        offset = above[joint].T @ skeleton.offsets_m[joint]
        children = [child + 1 for child, p in enumerate(skeleton.parents) if p == joint]
        rotation = to_quaternion(above[joint].T @ axes[joint])[[1, 2, 3, 0]]
        nodes.append({"name": name, "translation": offset.tolist(), "rotation": rotation.tolist()}
                     | ({"children": children} if children else {}))  # fmt: skip
    outer = to_quaternion(np.eye(3) if armature is None else armature)[[1, 2, 3, 0]]
    top = {"name": "Armature", "children": [1], "scale": [scale] * 3, "rotation": outer.tolist()}
    make.content["nodes"] = [top, *nodes]
    inverse = np.tile(np.eye(4), (len(nodes), 1, 1))
    for joint in range(len(nodes)):
        inverse[joint, :3, :3] = axes[joint].T
        inverse[joint, :3, 3] = -axes[joint].T @ skeleton.rest_m[joint]
    bind = make.accessor(inverse.swapaxes(1, 2).reshape(-1, 16), "MAT4")
    joints = list(range(1, len(nodes) + 1))
    make.content["skins"] = [{"joints": joints, "inverseBindMatrices": bind}]
    make.content["animations"] = [animation(make, person, local, interpolation, component)]
    return make


def animation(
    make: Builder, person: Person, local: np.ndarray, interpolation: str, component: int
) -> dict:
    times = make.accessor(np.arange(FRAMES) / float(person.motion.rate_fps), "SCALAR")
    samplers, channels = [], []

    def add(node: int, path: str, values: np.ndarray, kind: str, stored: int = 5126) -> None:
        keys = values
        if interpolation == "CUBICSPLINE":
            slopes = np.gradient(values, axis=0) * float(person.motion.rate_fps)
            keys = np.stack([slopes, values, slopes], axis=1).reshape(-1, values.shape[1])
        samplers.append({"input": times, "output": make.accessor(keys, kind, stored),
                         "interpolation": interpolation})  # fmt: skip
        channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})

    add(1, "translation", person.motion.root_m, "VEC3")
    for joint in range(person.skeleton.joint_count):
        quaternions = to_quaternion(local[:, joint])[:, [1, 2, 3, 0]]
        if component == 5122:
            quaternions = np.round(quaternions * 32767)
        add(joint + 1, "rotation", quaternions, "VEC4", component)
    return {"name": "Walk", "samplers": samplers, "channels": channels}


def fitted(path: Path, data: bytes) -> object:
    path.write_bytes(data)
    return read_motion(path).fitted(BODY)


KINDS = {
    "plain": {},
    "steps": {"interpolation": "STEP"},
    "splines": {"interpolation": "CUBICSPLINE"},
    "whole numbers": {"component": 5122},
    "metres": {"scale": 1.0},
    "blender": {"armature": about_axis(0, -90.0), "rest_turn": about_axis(2, 90.0)},
    "bones along y": {"rest_turn": about_axis(0, 90.0) @ about_axis(1, 180.0)},
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_animation_is_the_motion(tmp_path: Path, kind: str) -> None:
    found = fitted(tmp_path / "a.glb", built(**KINDS[kind]).glb())  # type: ignore[arg-type]
    motion = found.motion  # type: ignore[attr-defined]
    assert motion.rate_fps == 30
    assert motion.frame_count == FRAMES
    assert limbs_apart_deg(motion, EXPECTED) < 1
    assert turned_apart_deg(motion, EXPECTED) < 1
    np.testing.assert_allclose(travel_m(motion), travel_m(EXPECTED), atol=0.01)
    assert found.understood.startswith("glTF, Mixamo names, ")  # type: ignore[attr-defined]


def made_sparse(make: Builder, index: int, *, without_base: bool) -> None:
    """The accessor `index` with rows of its own for every other key, or for all of none."""
    accessor = make.content["accessors"][index]
    view = make.content["bufferViews"][accessor["bufferView"]]
    width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor["type"]]
    start, size = view["byteOffset"], view["byteLength"]
    rows = np.frombuffer(make.data[start : start + size], "<f4").reshape(-1, width)
    indices = np.arange(0, len(rows), 1 if without_base else 2)
    values = make.content["accessors"].pop(make.accessor(rows[indices], accessor["type"]))
    wrong = rows.copy()
    wrong[indices] = 7
    make.data = make.data[:start] + wrong.tobytes() + make.data[start + size :]
    views = make.content["bufferViews"]
    views.append({"buffer": 0, "byteOffset": len(make.data), "byteLength": 2 * len(indices)})
    make.data += indices.astype("<u2").tobytes() + b"\0" * (-2 * len(indices) % 4)
    accessor["sparse"] = {
        "count": len(indices),
        "indices": {"bufferView": len(views) - 1, "componentType": 5123},
        "values": {"bufferView": values["bufferView"]},
    }
    if without_base:
        del accessor["bufferView"]


@pytest.mark.parametrize("without_base", [False, True])
def test_sparse_accessors(tmp_path: Path, without_base: bool) -> None:
    make = built()
    for sampler in make.content["animations"][0]["samplers"]:
        made_sparse(make, sampler["output"], without_base=without_base)
    motion = fitted(tmp_path / "a.glb", make.glb()).motion  # type: ignore[attr-defined]
    assert turned_apart_deg(motion, EXPECTED) < 0.1
    np.testing.assert_allclose(travel_m(motion), travel_m(EXPECTED), atol=0.01)


def test_packed_buffers_are_a_sentence(tmp_path: Path) -> None:
    make = built()
    for view in make.content["bufferViews"]:
        view["extensions"] = {"EXT_meshopt_compression": {"buffer": 0}}
    (tmp_path / "a.glb").write_bytes(make.glb())
    with pytest.raises(MediaError, match=r"it is packed \(meshopt\); export it"):
        read_motion(tmp_path / "a.glb")


def test_a_second_skin_that_stands_still_does_not_matter(tmp_path: Path) -> None:
    make = built()
    count = len(make.content["nodes"])
    make.content["nodes"] += [{"name": "Dog", "children": [count + 1]}, {"name": "Tail"}]
    bind = make.accessor(np.tile(np.eye(4).reshape(1, 16), (2, 1)), "MAT4")
    make.content["skins"].insert(0, {"joints": [count, count + 1], "inverseBindMatrices": bind})
    motion = fitted(tmp_path / "a.glb", make.glb()).motion  # type: ignore[attr-defined]
    assert turned_apart_deg(motion, EXPECTED) < 0.1


def test_text_and_a_buffer_beside_it(tmp_path: Path) -> None:
    make = built()
    motion = fitted(tmp_path / "a.gltf", make.gltf()).motion  # type: ignore[attr-defined]
    assert limbs_apart_deg(motion, EXPECTED) < 0.1
    (tmp_path / "a.bin").write_bytes(make.data)
    beside = make.content | {"buffers": [{"byteLength": len(make.data), "uri": "a.bin"}]}
    motion = fitted(tmp_path / "b.gltf", json.dumps(beside).encode()).motion  # type: ignore[attr-defined]
    assert limbs_apart_deg(motion, EXPECTED) < 0.1
    for uri in ("../a.bin", "/etc/passwd", "http://x/a.bin"):
        beside["buffers"][0]["uri"] = uri
        (tmp_path / "c.gltf").write_text(json.dumps(beside))
        with pytest.raises(MediaError, match="does not lie beside it"):
            read_gltf(tmp_path / "c.gltf")


def test_humanoid_bones_of_a_vrm_come_before_names(tmp_path: Path) -> None:
    make = built()
    bones = {"LeftUpLeg": "leftUpperLeg", "LeftLeg": "leftLowerLeg", "LeftArm": "leftUpperArm",
             "LeftForeArm": "leftLowerArm", "RightUpLeg": "rightUpperLeg", "LeftFoot": "leftFoot",
             "RightLeg": "rightLowerLeg", "RightArm": "rightUpperArm", "LeftHand": "leftHand",
             "RightForeArm": "rightLowerArm", "RightFoot": "rightFoot",
             "RightHand": "rightHand", "Head": "head"}  # fmt: skip
    names = [node["name"] for node in make.content["nodes"]]
    human = {bone: {"node": names.index(name)} for name, bone in bones.items()}
    for number, node in enumerate(make.content["nodes"]):
        node["name"] = f"骨{number}"
    make.content["extensions"] = {"VRMC_vrm_animation": {"humanoid": {"humanBones": human}}}
    motion = fitted(tmp_path / "a.vrma", make.glb()).motion  # type: ignore[attr-defined]
    assert limbs_apart_deg(motion, EXPECTED) < 6


def test_of_two_animations_the_longest_is_taken(tmp_path: Path) -> None:
    make = built()
    short = replace(WALKER, motion=replace(WALKER.motion, rate_fps=Fraction(120)))
    local = from_quaternion(WALKER.motion.rotations)
    make.content["animations"].insert(0, animation(make, short, local, "LINEAR", 5126))
    found = fitted(tmp_path / "a.glb", make.glb())
    assert "the longest of 2 animations, 'Walk', is taken" in found.understood  # type: ignore[attr-defined]
    assert limbs_apart_deg(found.motion, EXPECTED) < 0.1  # type: ignore[attr-defined]


def test_keys_are_sampled_at_the_rate_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(built().glb())
    options = ReadOptions(rate_fps=Fraction(60))
    motion = read_motion(tmp_path / "a.glb", options=options).person.motion
    assert (motion.rate_fps, motion.frame_count) == (60, 2 * FRAMES - 1)


@pytest.mark.parametrize("rate", [Fraction(30_000, 1001), Fraction(60_000, 1001), Fraction(25)])
def test_the_rate_is_that_of_the_keys_as_a_ratio(tmp_path: Path, rate: Fraction) -> None:
    person = replace(WALKER, motion=replace(WALKER.motion, rate_fps=rate))
    (tmp_path / "a.glb").write_bytes(built(person).glb())
    assert read_motion(tmp_path / "a.glb").person.motion.rate_fps == rate


def test_what_is_no_person_or_no_animation_is_a_sentence(tmp_path: Path) -> None:
    make = built()
    path = tmp_path / "a.glb"
    for change, words in (
        ({"animations": []}, "no animation of a skeleton"),
        ({"nodes": [{"name": "tail", "children": [0]}]}, "no readable glTF|lacks"),
        ({"asset": {"version": "1.0"}}, "is glTF 1.0"),
    ):
        made = Builder()
        made.data, made.content = make.data, make.content | change
        path.write_bytes(made.glb())
        with pytest.raises(MediaError, match=words):
            read_gltf(path)
    for data in (b"", b"glTF", b"{}", b"[1]", b"glTF" + bytes(40), b'{"asset": 3}'):
        path.write_bytes(data)
        with pytest.raises(MediaError, match=r"'a\.glb'"):
            read_gltf(path)


def test_too_many_nodes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.glb").write_bytes(built().glb())
    monkeypatch.setattr(gltf_file, "MAX_NODES", 3)
    with pytest.raises(LimitExceededError, match="at most 3 are read"):
        read_gltf(tmp_path / "a.glb")


def test_damage_is_a_sentence_and_no_crash(tmp_path: Path) -> None:
    data, random = built().glb(), np.random.default_rng(0)
    path = tmp_path / "a.glb"
    for _ in range(60):
        place = int(random.integers(0, min(len(data), 12_000)))
        path.write_bytes(
            data[:place] + bytes(random.integers(32, 127, 3).tolist()) + data[place + 3 :]
        )
        try:
            motion = read_motion(path).fitted(BODY).motion
        except MimoError as error:
            assert "'a.glb'" in str(error)  # noqa: PT017
        else:
            assert np.isfinite(motion.rotations).all()
