"""How files of the SMPL family spell a motion: AMASS and what estimators and converters write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.smpl_joints import BODY_JOINTS
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.frame_rate import MAX_FPS, named_rate

POSE_KEYS = ("pose_world", "poses", "smpl_poses", "pose", "full_pose", "fullpose")
ROOT_KEYS = ("root_orient", "global_orient")
BODY_KEYS = ("pose_body", "body_pose")
HAND_KEYS = ("pose_hand",)
PATH_KEYS = ("trans_world", "trans", "transl", "smpl_trans", "root_trans")
RATE_KEYS = ("mocap_framerate", "mocap_frame_rate", "fps", "framerate", "frame_rate")
_SCALE_KEY, _BETAS_KEY = "smpl_scaling", "betas"
_ROWS = {3 * joints: joints for joints in (22, 24, 52, 55)}
AMASS_KEYS = ("poses", "trans")  # with these z is up, unless the motion shows otherwise
AIST_KEYS, AIST_FPS = ("smpl_poses",), Fraction(60)


@dataclass(frozen=True, slots=True, eq=False)
class SmplMotion:
    """N postures as SMPL has them.

    `rotations` float64 [N, J, 3, 3], J is 22, 24, 52 or 55; `path` float64 [N, 3]; `betas` [B];
    `rate_fps` None where the file has none; `usual_up`: what its layout has up, None if unknown.
    """

    rotations: Array
    path: Array
    betas: Array
    rate_fps: Fraction | None
    usual_up: str | None


def is_smpl_motion(arrays: Mapping[Any, Any]) -> bool:
    """Whether these arrays hold poses by one of the usual keys."""
    has_parts = _first(arrays, ROOT_KEYS) is not None and _first(arrays, BODY_KEYS) is not None
    return _first(arrays, POSE_KEYS) is not None or has_parts


def smpl_motion(arrays: Mapping[Any, Any], name: str) -> SmplMotion:
    """The motion in `arrays`, for which `is_smpl_motion` holds; `name` is the file.

    Raises:
        MediaError: an array is of a shape that does not fit, or holds what is no finite number.
    """
    rotations = _rotations(arrays, name)
    path = _path(arrays, len(rotations), name)
    if not np.isfinite(path).all():
        raise MediaError(f"'{name}' holds what is no finite number; write it anew.")
    amass = all(key in arrays for key in AMASS_KEYS)
    rate = _rate(arrays, name)
    if rate is None and any(key in arrays for key in AIST_KEYS):
        rate = AIST_FPS
    return SmplMotion(rotations, path, _betas(arrays, name), rate, "z" if amass else None)


def _rotations(arrays: Mapping[Any, Any], name: str) -> Array:
    """float64 [N, J, 3, 3]."""
    packed = _first(arrays, POSE_KEYS)
    if packed is not None:
        return _matrices(packed, name, "poses")
    root = _matrices(_first(arrays, ROOT_KEYS), name, "root", roots=True)
    body = _matrices(_first(arrays, BODY_KEYS), name, "body")
    if len(root) != len(body):
        raise MediaError(
            f"'{name}' has {len(root)} poses of the root and {len(body)} of the body; they must be "
            "as many. Write it anew."
        )
    joints = [root[:, :1], body[:, : BODY_JOINTS - 1]]
    fingers = _first(arrays, HAND_KEYS)
    if fingers is not None and np.shape(fingers) == (len(root), 90):
        joints.append(_matrices(fingers, name, "hands"))
    return np.concatenate(joints, axis=1)


def _matrices(value: Any, name: str, key: str, *, roots: bool = False) -> Array:
    """Rotations as matrices [N, J, 3, 3] of vectors [N, 3 J], [N, J, 3] or matrices."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise MediaError(f"The {key} of '{name}' are no numbers; write the file anew.")
    if not np.isfinite(array).all():
        raise MediaError(f"'{name}' holds what is no finite number; write it anew.")
    array = array.astype(np.float64)
    if array.ndim == 3 and array.shape[1:] == (3, 3) and roots:
        array = array[:, None]
    if array.ndim == 4 and array.shape[2:] == (3, 3) and len(array):
        return array
    if array.ndim == 2 and array.shape[1] % 3 == 0 and array.size:
        array = array.reshape(len(array), -1, 3)
    least = 1 if roots else (BODY_JOINTS - 1 if key == "body" else 0)
    fits = array.ndim == 3 and array.shape[2] == 3 and array.shape[1] >= least and len(array)
    if not fits or (key == "poses" and 3 * array.shape[1] not in _ROWS):
        raise MediaError(
            f"'{name}' has {key} of shape {np.shape(value)}; expected are [frames, 3 x joints], "
            f"[frames, joints, 3] or [frames, joints, 3, 3] with {BODY_JOINTS}, 24, 52 or 55 "
            "joints. Write it anew."
        )
    return from_axis_angle(array)


def _path(arrays: Mapping[Any, Any], frames: int, name: str) -> Array:
    value = _first(arrays, PATH_KEYS)
    if value is None:
        return np.zeros((frames, 3))
    path = np.asarray(value)
    path = np.squeeze(path, axis=1) if path.ndim == 3 and path.shape[1] == 1 else path
    if path.shape in ((3,), (1, 3)):
        path = np.tile(path.reshape(1, 3), (frames, 1))
    if path.shape != (frames, 3) or path.dtype.kind not in "fiu":
        raise MediaError(
            f"'{name}' has trans of shape {np.shape(value)}; expected is [{frames}, 3] for its "
            f"{frames} poses. Write it anew."
        )
    scale = np.asarray(arrays.get(_SCALE_KEY, 1.0)).reshape(-1)
    usable = scale.size == 1 and scale.dtype.kind in "fiu" and scale[0] > 0
    return np.asarray(path.astype(np.float64) / (float(scale[0]) if usable else 1.0), np.float64)


def _betas(arrays: Mapping[Any, Any], name: str) -> Array:
    """Shape numbers [B], their mean where the file has them for every frame."""
    betas = np.asarray(arrays.get(_BETAS_KEY, np.zeros(0)))
    if betas.dtype.kind not in "fiu" or not np.isfinite(betas).all():
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
            "source."
        )
    return named_rate(Fraction(rate).limit_denominator(1_000_000))


def _first(arrays: Mapping[Any, Any], keys: Sequence[str]) -> NDArray[Any] | None:
    return next((arrays[key] for key in keys if key in arrays), None)
