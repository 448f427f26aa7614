"""The motion in a file of arrays."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.smpl import SmplModel
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.motions.files.array_files import dicts_in, read_arrays
from mimo_runtime.motions.files.joint_arrays import USUAL_FPS, check_order, joints_in
from mimo_runtime.motions.files.joint_positions import positions_person
from mimo_runtime.motions.files.motion_rows import parameters_of
from mimo_runtime.motions.files.motion_source import MotionSource, ReadOptions
from mimo_runtime.motions.files.single_postures import REMARK, frames_of_one
from mimo_runtime.motions.files.smpl_keys import has_path, motions_in, smpl_motion
from mimo_runtime.motions.files.smpl_person import likelier
from mimo_runtime.motions.files.tracked_people import tracked_people
from mimo_runtime.motions.files.unnamed_array import named
from mimo_runtime.motions.pose_file import is_pose_file, poses_from
from mimo_runtime.motions.retargeting.humanoid_bones import find_bones
from mimo_runtime.motions.retargeting.person import Person

NO_PATH = "without a path: the person stays in place"


def array_motion(path: Path, model: SmplModel | None, options: ReadOptions) -> MotionSource:
    """The motion in a file of arrays: poses of ours, of the SMPL family, or joints alone.

    Raises:
        MediaError: it holds none of these, or is damaged.
        InvalidRequestError: it holds several people, or says no rate, and no option does.
    """
    content = named(read_arrays(path))
    if isinstance(content, Mapping) and is_pose_file(content):
        return _own(content, path, options)
    if tracked := tracked_people(content, path.name):
        person_seen = _chosen(tracked, path, options)
        return _smpl(path, person_seen.arrays, model, options, person_seen.remarks)
    dicts = dicts_in(parameters_of(content) or content)
    if moving := motions_in(dicts):
        if frames := frames_of_one(moving):
            return _smpl(path, frames, model, options, (REMARK,))
        return _smpl(path, _chosen(moving, path, options), model, options)
    parts = dicts if isinstance(content, Mapping) else [content, *dicts]
    if people := [joints for part in parts for joints in joints_in(part)]:
        return _joints(_chosen(people, path, options), path, options)
    for part in parts:
        check_order(part, path.name)
    raise MediaError(
        f"'{path.name}' holds neither poses of ours, nor of the SMPL family by their usual names "
        "(poses, or global_orient and body_pose), nor joints [frames, 22 or more, 3] in SMPL's "
        f"order; it holds {_listed(content, dicts)}."
    )


def _own(content: Mapping[str, Any], path: Path, options: ReadOptions) -> MotionSource:
    arrays = {key: value for key, value in content.items() if isinstance(value, np.ndarray)}
    motion, skeleton = poses_from(arrays, path.name)
    if options.rate_fps is not None:
        motion = replace(motion, rate_fps=options.rate_fps)
    bones = find_bones(skeleton, path.name, options.joints).bones
    person = Person(path.name, motion, skeleton, bones)
    return MotionSource(person, "pose file", options, own=True)


def _joints(joints: Array, path: Path, options: ReadOptions) -> MotionSource:
    rate = options.rate_fps or USUAL_FPS
    person, remarks = positions_person(joints, path.name, rate)
    unsaid = () if options.rate_fps else (f"no rate in it, {USUAL_FPS} as in HumanML3D",)
    return MotionSource(person, "joints alone", options, (*unsaid, *remarks))


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
            "the rate of the source.",
            settings=("source_fps",),
        )
    if not remarks and not has_path(arrays):
        remarks = (NO_PATH,)
    person = likelier(motion, path.name, rate, model)
    kind = "SMPL poses" if model is None else "SMPL poses on your body model"
    return MotionSource(person, kind, options, remarks, betas=motion.betas)


def _chosen(people: list[Any], path: Path, options: ReadOptions) -> Any:
    wanted = 1 if options.actor is None and len(people) == 1 else options.actor
    if wanted is None or not 1 <= wanted <= len(people):
        raise InvalidRequestError(
            f"'{path.name}' holds {len(people)} people; say which actor to take, 1 to "
            f"{len(people)}.",
            settings=("actor",),
        )
    return people[wanted - 1]


def _listed(content: Any, dicts: list[Mapping[Any, Any]]) -> str:
    if isinstance(content, np.ndarray) and not dicts:
        return f"one array of shape {content.shape}"
    keys = sorted({str(key) for mapping in dicts for key in mapping})
    return ", ".join(keys[:12]) or "nothing that could be read"
