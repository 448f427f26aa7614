"""How files of the SMPL family spell a motion: AMASS and what estimators and converters write."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.smpl_joints import BODY_JOINTS
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.files.array_files import as_array
from mimo_runtime.motions.files.smpl_rotations import is_packed, joint_matrices
from mimo_runtime.motions.frame_rate import MAX_FPS, named_rate

POSE_KEYS = ("pose_world", "poses_world", "poses", "smpl_poses", "pose", "full_pose", "fullpose",
             "pred_rotmat", "thetas", "pred_thetas")  # fmt: skip
ROOT_KEYS = ("root_orient", "global_orient", "poses_root", "smplx_root_pose", "Rh")
BODY_KEYS = ("pose_body", "body_pose", "poses_body", "smplx_body_pose")
HAND_KEYS = ("pose_hand",)
PATH_KEYS = ("trans_world", "trans", "transl", "smpl_trans", "root_trans",
             "pred_trans", "root_translation", "Th")  # fmt: skip
RATE_KEYS = ("mocap_framerate", "mocap_frame_rate", "fps", "framerate", "frame_rate")
_SCALE_KEY, BETAS_KEY = "smpl_scaling", "betas"
COUNTS, BODY_COUNTS = (22, 24, 52, 55), (21, 23, 51, 54)
AMASS_KEYS = ("poses", "trans")  # with these z is up, unless the motion shows otherwise
_ROOT_APART_KEY = "Rh"  # EasyMocap's: beside it the poses have no turn of the root, or one of 0
_AIST_FPS = Fraction(60)
_LONGEST_RAD = 4 * np.pi


@dataclass(frozen=True, slots=True, eq=False)
class SmplMotion:
    """N postures as SMPL has them.

    `rotations` float64 [N, J, 3, 3], J is 22, 24, 52 or 55; `path` float64 [N, 3]; `betas` [B];
    `is_six`: rotations were of six numbers, and may have to be turned round;
    `rate_fps` None where the file has none; `usual_up`: what its layout has up, None if unknown.
    """

    rotations: Array
    path: Array
    betas: Array
    rate_fps: Fraction | None
    usual_up: str | None
    is_six: bool = False


def is_smpl_motion(arrays: Mapping[Any, Any]) -> bool:
    """Whether these arrays hold poses by one of the usual keys."""
    has_parts = _first(arrays, ROOT_KEYS) is not None and _first(arrays, BODY_KEYS) is not None
    return _first(arrays, POSE_KEYS) is not None or has_parts


def smpl_motion(arrays: Mapping[Any, Any], name: str) -> SmplMotion:
    """The motion in `arrays`, for which `is_smpl_motion` holds; `name` is the file.

    Raises:
        MediaError: an array is of a shape that does not fit, or holds what is no finite number.
    """
    rotations, is_six = _rotations(arrays, name)
    path = _path(arrays, len(rotations), name)
    if not np.isfinite(path).all():
        raise MediaError(f"'{name}' holds what is no finite number; write it anew.")
    amass = all(key in arrays for key in AMASS_KEYS)
    rate = _rate(arrays, name)
    if rate is None and _SCALE_KEY in arrays:  # AIST++, which alone has it
        rate = _AIST_FPS
    return SmplMotion(rotations, path, _betas(arrays, name), rate, "z" if amass else None, is_six)


def motions_in(dicts: Sequence[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """Everybody in `dicts`, whose poses may lie beside those of hands alone, or of things (GRAB).

    The rate may be said once for all of them (InterHuman).
    """
    people = [person for arrays in dicts if is_smpl_motion(arrays) for person in _people_in(arrays)]
    fitting = [
        person
        for person in people
        if is_packed(_first(person, (*POSE_KEYS, *BODY_KEYS)), (*COUNTS, *BODY_COUNTS))
    ]
    rates = [{key: arrays[key] for key in RATE_KEYS if key in arrays} for arrays in dicts]
    shared = next(filter(None, rates), {})
    return [{**shared, **person} for person in fitting or people]


def _people_in(arrays: Mapping[Any, Any]) -> list[Mapping[Any, Any]]:
    """Everybody in `arrays`: some have a row of each for each person (SLAHMR, 3DPW)."""
    count = next((n for key in (*POSE_KEYS, *BODY_KEYS) if (n := _people_count(arrays, key))), 0)
    if not count:
        return [arrays]
    keys = (*POSE_KEYS, *ROOT_KEYS, *BODY_KEYS, *HAND_KEYS, *PATH_KEYS, BETAS_KEY)
    each = {key: arrays[key] for key in keys if key in arrays and _rows(arrays[key]) == count}
    shared = {key: value for key, value in arrays.items() if key not in each}
    return [shared | {key: each[key][person] for key in each} for person in range(count)]


def _rows(value: Any) -> int:
    return len(value) if isinstance(value, list | tuple) or np.ndim(value) else 0


def _people_count(arrays: Mapping[Any, Any], key: str) -> int:
    """How many people `arrays[key]` has, [people, frames, numbers]; 0 for one without that axis."""
    value = arrays.get(key)
    if isinstance(value, list | tuple):
        arrays_of_each = map(as_array, value)
        return len(value) if all(a is not None and a.ndim == 2 for a in arrays_of_each) else 0
    counts = COUNTS if key in POSE_KEYS else BODY_COUNTS
    widths = {3 * joints for joints in counts}
    is_many = isinstance(value, np.ndarray) and value.ndim == 3 and value.shape[2] in widths
    return len(value) if is_many and value is not None else 0


def _rotations(arrays: Mapping[Any, Any], name: str) -> tuple[Array, bool]:
    """float64 [N, J, 3, 3], and whether they were of six numbers."""
    packed, is_apart = _first(arrays, POSE_KEYS), _ROOT_APART_KEY in arrays
    if packed is not None and not is_apart:
        return _matrices(packed, name, "poses", COUNTS)
    root, is_six = _matrices(_first(arrays, ROOT_KEYS), name, "root", (1,))
    body = _body(_first(arrays, BODY_KEYS) if packed is None else packed, name)
    if len(root) != len(body):
        raise MediaError(
            f"'{name}' has {len(root)} poses of the root and {len(body)} of the body; they must be "
            "as many. Write it anew."
        )
    joints = [root[:, :1], body[:, : BODY_JOINTS - 1]]
    fingers = _first(arrays, HAND_KEYS)
    if is_packed(fingers, (30,)) and _rows(fingers) == len(root):
        joints.append(_matrices(fingers, name, "hands", (30,))[0])
    return np.concatenate(joints, axis=1), is_six


def _body(value: Any, name: str) -> Array:
    """float64 [N, J, 3, 3] of all joints but the root, which may be there with a turn of 0."""
    body, _ = _matrices(value, name, "body", (*BODY_COUNTS, 24))
    return body[:, 1:] if body.shape[1] == 24 else body


def _matrices(value: Any, name: str, key: str, counts: Collection[int]) -> tuple[Array, bool]:
    array = as_array(value)
    if array is None:
        raise MediaError(f"The {key} of '{name}' are no numbers; write the file anew.")
    if not np.isfinite(array).all():
        raise MediaError(f"'{name}' holds what is no finite number; write it anew.")
    if np.abs(array).max(initial=0) > _LONGEST_RAD:
        raise MediaError(
            f"The {key} of '{name}' turn by up to {np.abs(array).max():.0f}, and no joint turns by "
            "so many radians; write them in radians (numpy.radians)."
        )
    matrices = joint_matrices(array, counts)
    if matrices is None:
        raise MediaError(
            f"'{name}' has {key} of shape {np.shape(value)}; expected are [frames, 3 x joints], "
            f"[frames, joints, 3], with 4 or 6 for 3, or [frames, joints, 3, 3], with "
            f"{BODY_JOINTS}, 24, 52 or 55 joints. Write it anew."
        )
    return matrices


def has_path(arrays: Mapping[Any, Any]) -> bool:
    """Whether a way through space is in it."""
    return _first(arrays, PATH_KEYS) is not None


def _path(arrays: Mapping[Any, Any], frames: int, name: str) -> Array:
    value = _first(arrays, PATH_KEYS)
    if value is None:
        return np.zeros((frames, 3))
    path = as_array(value)
    if path is None:
        raise MediaError(f"The trans of '{name}' are no numbers; write the file anew.")
    path = np.squeeze(path, axis=1) if path.ndim == 3 and path.shape[1] == 1 else path
    path = path.T if path.shape == (3, frames) and frames != 3 else path
    if path.shape in ((3,), (1, 3)):
        path = np.tile(path.reshape(1, 3), (frames, 1))
    if path.shape != (frames, 3):
        raise MediaError(
            f"'{name}' has trans of shape {np.shape(value)}; expected is [{frames}, 3] for its "
            f"{frames} poses. Write it anew."
        )
    scale = as_array(arrays.get(_SCALE_KEY, 1.0))
    is_usable = scale is not None and scale.size == 1 and scale.item() > 0
    return path / scale.item() if scale is not None and is_usable else path


def _betas(arrays: Mapping[Any, Any], name: str) -> Array:
    """Shape numbers [B], their mean where the file has them for every frame."""
    betas = as_array(arrays.get(BETAS_KEY, np.zeros(0)))
    if betas is None or not np.isfinite(betas).all():
        raise MediaError(
            f"The betas of '{name}' are no finite numbers; write them anew, or leave them out for "
            "the mean shape."
        )
    if betas.ndim > 1:
        betas = betas.reshape(-1, betas.shape[-1]).mean(axis=0)
    return np.asarray(betas.reshape(-1), np.float64)


def _rate(arrays: Mapping[Any, Any], name: str) -> Fraction | None:
    value = _first(arrays, RATE_KEYS)
    if value is None:
        return None
    try:
        rate = float(np.asarray(value).reshape(-1)[0])
    except (ValueError, IndexError):
        rate = 0.0
    if not 1 <= rate <= MAX_FPS:
        raise MediaError(
            f"'{name}' has no {RATE_KEYS[0]} from 1 to {MAX_FPS} but {value}; give the rate of the "
            "source.",
            settings=("source_fps",),
        )
    return named_rate(Fraction(rate).limit_denominator(1_000_000))


def _first(arrays: Mapping[Any, Any], keys: Sequence[str]) -> NDArray[Any] | None:
    return next((arrays[key] for key in keys if key in arrays), None)
