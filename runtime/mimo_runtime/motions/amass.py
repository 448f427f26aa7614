"""Motions in the layout of the AMASS archive (Mahmood et al., 2019): SMPL-H poses in .npz."""

from fractions import Fraction

import numpy as np

from mimo_runtime.body.rotations import about_axis, from_axis_angle, to_quaternion
from mimo_runtime.body.skeleton import Array
from mimo_runtime.body.smpl import SmplModel
from mimo_runtime.body.smpl_joints import BODY_JOINTS
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.motion import MAX_FPS, Motion
from mimo_runtime.motions.npz import Arrays

_RATE_KEYS = ("mocap_framerate", "mocap_frame_rate")
_LICENCE_NOTE = "AMASS: see its licence and that of the data set inside"


def is_amass(arrays: Arrays) -> bool:
    """Whether the archive looks like a motion of AMASS."""
    return "poses" in arrays and "trans" in arrays


def shape_numbers(arrays: Arrays, name: str) -> Array:
    """float64 [B], the `betas` of the person; none where the file `name` has none.

    Raises MediaError where they are no finite numbers.
    """
    betas = arrays.get("betas", np.zeros(0)).reshape(-1)
    if betas.dtype.kind not in "fiu" or not np.isfinite(betas).all():
        raise MediaError(
            f"The betas of '{name}' are no finite numbers; write them anew, or leave them out for "
            "the mean shape."
        )
    return np.asarray(betas, np.float64)


def amass_motion(arrays: Arrays, name: str, model: SmplModel) -> Motion:
    """The motion of `model`'s joints. AMASS has z up; the result has y up.

    Hands are kept where file and model both have them (52 joints), else they stay at rest.

    Raises:
        MediaError: an entry is missing or of a shape that does not fit.
    """
    poses, path = arrays["poses"], arrays["trans"]
    frames = len(np.atleast_1d(poses))
    shaped = poses.ndim == 2 and poses.shape[1] % 3 == 0 and poses.shape[1] >= 3 * BODY_JOINTS
    if not shaped or path.shape != (frames, 3) or not frames:
        raise MediaError(
            f"'{name}' has poses of shape {poses.shape} and trans of shape {path.shape}; expected "
            f"[frames, 3 x joints] with at least {BODY_JOINTS} joints, and [frames, 3]."
        )
    if not (np.isfinite(poses).all() and np.isfinite(path).all()):
        raise MediaError(f"'{name}' holds what is no finite number.")
    upright = about_axis(0, -90)
    rotations = _rotations(poses.reshape(frames, -1, 3), len(model.parents))
    rotations[:, 0] = upright @ rotations[:, 0]
    hips = (model.regressor @ model.vertices_m(shape_numbers(arrays, name)))[0]
    return Motion(
        joints=model.joint_names,
        rate_fps=_rate(arrays, name),
        root_m=((path + hips) @ upright.T).astype(np.float32),
        rotations=to_quaternion(rotations).astype(np.float32),
        source=name,
        licence_note=_LICENCE_NOTE,
    )


def _rotations(vectors: Array, joints: int) -> Array:
    used = joints if vectors.shape[1] == joints else BODY_JOINTS
    rotations = np.tile(np.eye(3), (len(vectors), joints, 1, 1))
    rotations[:, :used] = from_axis_angle(vectors[:, :used])
    return rotations


def _rate(arrays: Arrays, name: str) -> Fraction:
    for key in _RATE_KEYS:
        if key in arrays and arrays[key].size == 1 and 1 <= float(arrays[key].item()) <= MAX_FPS:
            return Fraction(float(arrays[key].item())).limit_denominator(1001)
    raise MediaError(f"'{name}' has no {_RATE_KEYS[0]} from 1 to {MAX_FPS}.")
