"""Reads a motion file of any kind."""

from pathlib import Path

from mimo_runtime.body.smpl import SmplModel
from mimo_runtime.errors import LimitExceededError, MediaError
from mimo_runtime.motions.files.array_files import SUFFIXES as ARRAY_SUFFIXES
from mimo_runtime.motions.files.array_files import read_bytes
from mimo_runtime.motions.files.array_motion import array_motion
from mimo_runtime.motions.files.bvh import read_bvh
from mimo_runtime.motions.files.bvh_motion import bvh_motion
from mimo_runtime.motions.files.gltf_file import SUFFIXES as GLTF_SUFFIXES
from mimo_runtime.motions.files.gltf_person import read_gltf
from mimo_runtime.motions.files.motion_source import MotionSource, ReadOptions
from mimo_runtime.motions.motion import MAX_FRAMES
from mimo_runtime.motions.retargeting.humanoid_bones import find_bones
from mimo_runtime.motions.retargeting.person import Person

_BY_BLENDER = "Blender writes it as BVH or GLB"
_BY_FBX = "export it as FBX, which Blender writes as BVH"
_MARKERS = "its markers are no skeleton; solve it to one and export that as BVH"
_ARRAYS = "save its poses, or its joints [frames, 22, 3], with numpy.savez"
_VIDEO = "that is a video; decompose it"
CONVERTED = {
    ".fbx": "Blender (File, Import, FBX; then Export, Motion Capture) writes it as BVH",
    ".usd": _BY_BLENDER, ".usda": _BY_BLENDER, ".usdc": _BY_BLENDER, ".usdz": _BY_BLENDER,
    ".dae": "Blender writes it as BVH", ".blend": _BY_BLENDER, ".abc": "it holds meshes and no "
    "skeleton; export the skeleton as BVH",
    ".ma": _BY_FBX, ".mb": _BY_FBX, ".max": _BY_FBX, ".casc": _BY_FBX, ".anim": _BY_FBX,
    ".bip": "3ds Max exports it as BVH", ".tak": "Motive exports it as BVH",
    ".mvn": "MVN exports it as BVH", ".mvnx": "MVN exports it as BVH",
    ".c3d": _MARKERS, ".trc": _MARKERS,
    ".amc": "convert it with its .asf to BVH", ".asf": "convert it with its .amc to BVH",
    ".vmd": "Blender with MMD Tools writes it as BVH",
    ".ckpt": "those are weights of a network and no motion",
    ".csv": _ARRAYS, ".mat": _ARRAYS, ".h5": _ARRAYS, ".hdf5": _ARRAYS,
    ".zip": "unpack it and give one file of it",
    ".mp4": _VIDEO, ".mov": _VIDEO, ".mkv": _VIDEO, ".webm": _VIDEO, ".avi": _VIDEO,
}  # fmt: skip
TAKEN = (".bvh", *ARRAY_SUFFIXES, *GLTF_SUFFIXES)


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
        return array_motion(path, model, options)
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
