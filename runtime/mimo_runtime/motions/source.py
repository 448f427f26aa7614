"""Reads a motion file of any kind, and fits it to a body."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mimo_runtime.body.skeleton import Array, Skeleton
from mimo_runtime.body.smpl import SmplModel, smpl_body
from mimo_runtime.errors import InvalidRequestError, LimitExceededError, MediaError
from mimo_runtime.motions.amass import amass_motion, is_amass, shape_numbers
from mimo_runtime.motions.bvh import read_bvh
from mimo_runtime.motions.bvh_motion import bvh_motion
from mimo_runtime.motions.motion import MAX_FRAMES, Motion
from mimo_runtime.motions.npz import MAX_BYTES, read_npz
from mimo_runtime.motions.pose_file import is_pose_file, poses_from
from mimo_runtime.motions.retarget import retarget

_SAME_M = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class MotionSource:
    """A motion as its file has it: with its own skeleton, and SMPL's shape numbers if any [B]."""

    name: str
    motion: Motion
    skeleton: Skeleton
    betas: Array = field(default_factory=lambda: np.zeros(0))

    def fitted(self, target: Skeleton) -> Motion:
        """The motion of `target`: as it is where the skeletons are the same, else retargeted."""
        same = self.skeleton.names == target.names
        if same and np.abs(self.skeleton.rest_m - target.rest_m).max() < _SAME_M:
            return self.motion
        return retarget(self.motion, self.skeleton, target, self.name)


def read_motion(path: Path, model: SmplModel | None = None) -> MotionSource:
    """Read FILE.bvh, a pose file of ours, or one in AMASS layout, which needs the body `model`.

    Raises:
        MediaError: it is none of these, or damaged; the sentence says where.
        LimitExceededError: it is too large.
        InvalidRequestError: an AMASS file without a model.
    """
    source = _read(path, model)
    if source.motion.frame_count > MAX_FRAMES:
        raise LimitExceededError(
            f"'{path.name}' has {source.motion.frame_count} frames; at most {MAX_FRAMES} are read."
        )
    return source


def _read(path: Path, model: SmplModel | None) -> MotionSource:
    suffix = path.suffix.lower()
    if suffix == ".bvh":
        file = read_bvh(path.name, _bytes(path))
        return MotionSource(path.name, bvh_motion(file, path.name), file.skeleton)
    if suffix != ".npz":
        raise MediaError(f"'{path.name}' is neither .bvh nor .npz; other motions are not read.")
    arrays = read_npz(path)
    if is_pose_file(arrays):
        return MotionSource(path.name, *poses_from(arrays, path.name))
    if not is_amass(arrays):
        raise MediaError(
            f"'{path.name}' is neither a pose file nor in AMASS layout (poses, trans); it holds "
            f"{', '.join(sorted(arrays)[:8]) or 'nothing'}."
        )
    if model is None:
        raise InvalidRequestError(
            f"'{path.name}' is in AMASS layout, whose poses mean something only with a SMPL or "
            "SMPL-H body model; give yours with --body-model."
        )
    betas = shape_numbers(arrays, path.name)
    skeleton = smpl_body(model, betas).skeleton
    return MotionSource(path.name, amass_motion(arrays, path.name, model), skeleton, betas)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LimitExceededError(f"'{path.name}' is larger than {MAX_BYTES} bytes.")
        return path.read_bytes()
    except OSError as error:
        raise MediaError(f"Cannot read {path}: {error.strerror}.") from None
