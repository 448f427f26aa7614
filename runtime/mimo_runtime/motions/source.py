"""Reads a motion file of any kind, and fits it to a body."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from mimo_runtime.body.rotations import from_quaternion, to_quaternion
from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.body.smpl import SmplModel
from mimo_runtime.errors import InvalidRequestError, LimitExceededError, MediaError
from mimo_runtime.motions.array_files import SUFFIXES as ARRAY_SUFFIXES
from mimo_runtime.motions.array_files import dicts_in, read_arrays, read_bytes
from mimo_runtime.motions.bvh import read_bvh
from mimo_runtime.motions.bvh_motion import bvh_motion
from mimo_runtime.motions.gltf_file import SUFFIXES as GLTF_SUFFIXES
from mimo_runtime.motions.gltf_person import read_gltf
from mimo_runtime.motions.humanoid_bones import find_bones
from mimo_runtime.motions.joint_positions import USUAL_FPS, positions_in, positions_person
from mimo_runtime.motions.motion import MAX_FRAMES, Motion
from mimo_runtime.motions.person import Person
from mimo_runtime.motions.pose_file import is_pose_file, poses_from
from mimo_runtime.motions.retarget import Retargeted, retarget
from mimo_runtime.motions.sanity import check_motion
from mimo_runtime.motions.smpl_keys import is_smpl_motion, people_in, smpl_motion
from mimo_runtime.motions.smpl_person import likelier
from mimo_runtime.motions.tracked_people import tracked_people
from mimo_runtime.motions.understanding import rate_words, unit_words, world_words

_SAME_M = 1e-6
CONVERTED = {
    ".fbx": "Blender (File, Import, FBX; then Export, Motion Capture) writes it as BVH",
    ".usd": "Blender writes it as BVH or GLB", ".usda": "Blender writes it as BVH or GLB",
    ".usdc": "Blender writes it as BVH or GLB", ".usdz": "Blender writes it as BVH or GLB",
    ".dae": "Blender writes it as BVH", ".blend": "Blender writes it as BVH or GLB",
    ".c3d": "its markers are no skeleton; solve it to one and export that as BVH",
    ".trc": "its markers are no skeleton; solve it to one and export that as BVH",
    ".amc": "convert it with its .asf to BVH", ".asf": "convert it with its .amc to BVH",
    ".vmd": "Blender with MMD Tools writes it as BVH",
    ".pt": "save its poses and trans with numpy.savez", ".pth": "save its poses and trans with "
    "numpy.savez", ".json": "save its joints [frames, 22, 3] or poses with numpy.savez",
    ".mp4": "that is a video; decompose it", ".mov": "that is a video; decompose it",
}  # fmt: skip
TAKEN = (".bvh", *ARRAY_SUFFIXES, *GLTF_SUFFIXES)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a file where it does not say it itself.

    Attributes:
        rate_fps: frames a second, instead of the file's.
        joints: names of joints for bones (`humanoid_bones.BONES`), before what names tell.
        actor: which of several people, from 1.
        up: the axis that is up in the file's world, one of `world_axes.UP_AXES`.
        scale: what the way through space is multiplied with.
    """

    rate_fps: Fraction | None = None
    joints: Mapping[str, str] = field(default_factory=dict)
    actor: int | None = None
    up: str | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A motion of a body, and one line that says how its file was understood."""

    motion: Motion
    understood: str


@dataclass(frozen=True, slots=True, eq=False)
class MotionSource:
    """A motion as its file has it, and what was understood so far.

    Attributes:
        person: the motion with its own skeleton.
        kind: what file it is, in words.
        remarks: what was odd and how it was taken.
        betas: SMPL's shape numbers, if any [B].
        own: whether it is a pose file of ours: y up, metres.
    """

    person: Person
    kind: str
    options: ReadOptions
    remarks: tuple[str, ...] = ()
    betas: Array = field(default_factory=lambda: np.zeros(0))
    own: bool = False

    def fitted(self, target: Skeleton) -> Fitted:
        """The motion of `target`: as it is where the skeletons are the same, else retargeted.

        Raises:
            MediaError: this is no person, or no motion that a person makes.
        """
        skeleton = self.person.skeleton
        same = skeleton.names == target.names
        same = same and np.abs(skeleton.rest_m - target.rest_m).max() < _SAME_M
        if same and self.own:
            remarks = check_motion(self.person.motion, self.person.name)
            return Fitted(self.person.motion, self._line([], (*self.remarks, *remarks)))
        retargeted = retarget(self.person, target, self.options.up, self.options.scale)
        motion = self._upright(retargeted) if same else retargeted.motion
        remarks = check_motion(motion, self.person.name)
        words = [f"{world_words(retargeted)}", unit_words(retargeted.unit_m)]
        return Fitted(motion, self._line(words, (*self.remarks, *retargeted.remarks, *remarks)))

    def _upright(self, retargeted: Retargeted) -> Motion:
        """The motion itself, y up: for a body of the very skeleton."""
        motion, axes = self.person.motion, retargeted.axes.matrix
        rotations = motion.rotations.copy()
        turned = axes.T @ from_quaternion(motion.rotations[:, 0])
        rotations[:, 0] = to_quaternion(turned).astype(np.float32)
        root = (motion.root_m @ axes * self.options.scale).astype(np.float32)
        return replace(motion, root_m=root, rotations=rotations)

    def _line(self, words: list[str], remarks: tuple[str, ...]) -> str:
        motion = self.person.motion
        parts = [self.kind, *words, rate_words(motion.rate_fps), f"{motion.frame_count} frames"]
        return "; ".join([", ".join(word for word in parts if word), *remarks]) + "."


def read_motion(
    path: Path, model: SmplModel | None = None, options: ReadOptions | None = None
) -> MotionSource:
    """Read a motion file of one of the kinds `TAKEN`.

    model: the body of a motion of the SMPL family; without it the motion is on a plain skeleton,
    which is enough for any other body.

    Raises:
        MediaError: it is none of these, or damaged; the sentence says where.
        LimitExceededError: it is too large.
        InvalidRequestError: an option is missing or does not fit the file.
    """
    source = _read(path, model, options or ReadOptions())
    count = source.person.motion.frame_count
    if count > MAX_FRAMES:
        raise LimitExceededError(
            f"'{path.name}' has {count} frames; at most {MAX_FRAMES} are read. Cut it."
        )
    return source


def _read(path: Path, model: SmplModel | None, options: ReadOptions) -> MotionSource:
    suffix = path.suffix.lower()
    if suffix == ".bvh":
        return _bvh(path, options)
    if suffix in GLTF_SUFFIXES:
        person, humanoid, remarks = read_gltf(path, options.joints, options.rate_fps)
        return MotionSource(person, f"glTF, {humanoid.convention} names", options, remarks)
    if suffix in ARRAY_SUFFIXES:
        return _arrays(path, model, options)
    way = CONVERTED.get(suffix, "convert it to BVH or GLB, with Blender for instance")
    raise MediaError(
        f"'{path.name}' is of a kind that is not read; {way}. Read are {', '.join(TAKEN)}."
    )


def _bvh(path: Path, options: ReadOptions) -> MotionSource:
    file = read_bvh(path.name, read_bytes(path), options.actor, options.rate_fps)
    humanoid = find_bones(file.skeleton, path.name, options.joints)
    joints = humanoid.bones
    motion, skeleton, remarks = bvh_motion(file, path.name, joints["hips"], set(joints.values()))
    names = {bone: file.skeleton.names[joint] for bone, joint in joints.items()}
    bones = {bone: skeleton.index(name) for bone, name in names.items()}
    person = Person(path.name, motion, skeleton, bones)
    kind = f"BVH, {humanoid.convention} names"
    return MotionSource(person, kind, options, (*file.remarks, *remarks))


def _arrays(path: Path, model: SmplModel | None, options: ReadOptions) -> MotionSource:
    content = read_arrays(path)
    if isinstance(content, Mapping) and is_pose_file(content):
        motion, skeleton = poses_from(content, path.name)
        if options.rate_fps is not None:
            motion = replace(motion, rate_fps=options.rate_fps)
        bones = find_bones(skeleton, path.name, options.joints).bones
        person = Person(path.name, motion, skeleton, bones)
        return MotionSource(person, "pose file", options, own=True)
    if tracked := tracked_people(content, path.name):
        person_seen = _chosen(tracked, path, options)
        return _smpl(path, person_seen.arrays, model, options, person_seen.remarks)
    dicts = dicts_in(content)
    moving = [each for arrays in dicts if is_smpl_motion(arrays) for each in people_in(arrays)]
    if moving:
        return _smpl(path, _chosen(moving, path, options), model, options)
    parts = [content] if isinstance(content, np.ndarray) else dicts
    people = [joints for part in parts for joints in positions_in(part)]
    if people:
        rate = options.rate_fps or USUAL_FPS
        person, remarks = positions_person(_chosen(people, path, options), path.name, rate)
        unsaid = () if options.rate_fps else (f"no rate in it, {USUAL_FPS} as in HumanML3D",)
        return MotionSource(person, "joints alone", options, (*unsaid, *remarks))
    raise MediaError(
        f"'{path.name}' holds neither poses of ours, nor of the SMPL family by their usual names "
        f"(poses, or global_orient and body_pose), nor joints [frames, 22 or 24, 3]; it holds "
        f"{_listed(content, dicts)}."
    )


def _smpl(
    path: Path,
    arrays: Mapping[Any, Any],
    model: SmplModel | None,
    options: ReadOptions,
    remarks: tuple[str, ...] = (),
) -> MotionSource:
    motion = smpl_motion(arrays, path.name)
    rate = options.rate_fps or motion.rate_fps
    if rate is None:
        raise InvalidRequestError(
            f"'{path.name}' does not say how many frames a second it has (mocap_framerate); give "
            "the rate of the source."
        )
    person = likelier(motion, path.name, rate, model)
    kind = "SMPL poses" if model is None else "SMPL poses on your body model"
    return MotionSource(person, kind, options, remarks, betas=motion.betas)


def _chosen(people: list[Any], path: Path, options: ReadOptions) -> Any:
    wanted = 1 if options.actor is None and len(people) == 1 else options.actor
    if wanted is None or not 1 <= wanted <= len(people):
        raise InvalidRequestError(
            f"'{path.name}' holds {len(people)} people; say which actor to take, 1 to "
            f"{len(people)}."
        )
    return people[wanted - 1]


def _listed(content: Any, dicts: list[Mapping[Any, Any]]) -> str:
    if isinstance(content, np.ndarray) and not dicts:
        return f"one array of shape {content.shape}"
    keys = sorted({str(key) for mapping in dicts for key in mapping})
    return ", ".join(keys[:12]) or "nothing that could be read"
