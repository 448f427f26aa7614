"""A pose file that says all that is needed to draw it: who moves, how, and what sees them.

To the entries of `pose_file` it adds, all together or none: `body`, the name of the body;
`shape_names` text [S] and `shape_shares` float64 [S], how far our own body goes towards each of
`shipped.SHAPES`; `camera_size_px` int [2], width and height; and for every frame, as `Camera` has
them, `camera_focal_px` [N], `camera_centre_px` [N, 2], both the same in all frames,
`camera_rotation` [N, 3, 3], `camera_translation_m` [N, 3], and `camera_drawn` bool [N], whether
the person is to be seen. Cameras are spelled as in the postures of a template (`templates.poses`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mimo_runtime.body.shipped import NAME, SHAPES
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.camera_path import CameraPath
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.pose_file import is_pose_file, poses_from, write_poses
from mimo_runtime.untrusted.npz import Arrays, read_npz, text
from mimo_runtime.wire.motion_view import MAX_VIEW_PX

_CAMERA = ("camera_size_px", "camera_focal_px", "camera_centre_px", "camera_rotation",
           "camera_translation_m")  # fmt: skip
_SKEWED = 1e-3
_SAME_M = 1e-5
_MAX_SHARE = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class PoseClip:
    """`motion` of the skeleton of a body, seen by `cameras`, one for each frame.

    Attributes:
        body: `Body.name`. shape: as in `load_body`, of our own body.
    """

    motion: Motion
    skeleton: Skeleton
    cameras: CameraPath
    body: str = NAME
    shape: Mapping[str, float] = field(default_factory=dict)


def write_pose_clip(path: Path, clip: PoseClip) -> None:
    """Write `clip`; the same clip gives the same bytes. Raises as `write_poses` does."""
    cameras, frames = clip.cameras, clip.motion.frame_count
    more = {
        "body": np.array(clip.body),
        "shape_names": np.array(list(clip.shape), "<U32"),
        "shape_shares": np.array(list(clip.shape.values()), np.float64),
        "camera_size_px": np.array([cameras.width_px, cameras.height_px]),
        "camera_focal_px": np.full(frames, float(cameras.focal_px)),
        "camera_centre_px": np.tile(np.array(cameras.centre_px, np.float64), (frames, 1)),
        "camera_rotation": cameras.rotations,
        "camera_translation_m": cameras.translations_m,
        "camera_drawn": np.ones(frames, np.bool_),
    }
    write_poses(path, clip.motion, clip.skeleton, more)


def read_pose_clip(path: Path) -> PoseClip:
    """Read what `write_pose_clip` has written; nothing in it is believed unchecked.

    Raises:
        MediaError: it is no such file, lacks an entry, or an entry does not fit.
        LimitExceededError: it is too large.
    """
    arrays = read_npz(path)
    if not is_pose_file(arrays):
        raise MediaError(f"'{path.name}' is no pose file; make one with 'mimo motion'.")
    motion, skeleton = poses_from(arrays, path.name)
    missing = [
        key for key in ("body", "shape_names", "shape_shares", *_CAMERA) if key not in arrays
    ]
    if missing:
        raise MediaError(
            f"The pose file '{path.name}' has no {', '.join(missing)}; make it anew with "
            "'mimo motion'."
        )
    cameras = _cameras(arrays, path.name, motion.frame_count)
    return PoseClip(motion, skeleton, cameras, text(arrays, "body"), _shape(arrays, path.name))


def _cameras(arrays: Arrays, name: str, frames: int) -> CameraPath:
    wanted = ((2,), (frames,), (frames, 2), (frames, 3, 3), (frames, 3))
    shapes = dict(zip(_CAMERA, wanted, strict=True))
    for key, shape in shapes.items():
        array = arrays[key]
        if array.shape != shape or array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise MediaError(
                f"In the pose file '{name}' {key} is no {shape} of finite numbers; write or "
                "copy it again."
            )
    for key in ("camera_focal_px", "camera_centre_px"):
        if (arrays[key] != arrays[key][:1]).any():
            raise MediaError(
                f"In the pose file '{name}' {key} changes from frame to frame; write or copy "
                "it again."
            )
    size, rotations = arrays["camera_size_px"], arrays["camera_rotation"].astype(np.float64)
    upright = np.abs(rotations @ rotations.swapaxes(-1, -2) - np.eye(3)).max() < _SKEWED
    if not (upright and (np.linalg.det(rotations) > 0).all()):
        raise MediaError(
            f"In the pose file '{name}' a camera's rotation is none; write or copy it again."
        )
    focal_px = float(arrays["camera_focal_px"][0])
    if (
        size.dtype.kind not in "iu"
        or not (0 < size.min() <= size.max() <= MAX_VIEW_PX)
        or focal_px <= 0
    ):
        raise MediaError(
            f"In the pose file '{name}' the camera has a size of {size.tolist()} px and a focal "
            f"length of {focal_px:g} px; sides must be 1 to {MAX_VIEW_PX}."
        )
    x, y = (float(value) for value in arrays["camera_centre_px"][0])
    translations = arrays["camera_translation_m"].astype(np.float64)
    return CameraPath(int(size[0]), int(size[1]), focal_px, (x, y), rotations, translations)


def _shape(arrays: Arrays, name: str) -> dict[str, float]:
    names, shares = (np.atleast_1d(arrays[key]) for key in ("shape_names", "shape_shares"))
    shape = dict(
        zip((str(entry) for entry in names), (float(entry) for entry in shares), strict=False)
    )
    known = set(shape) <= set(SHAPES) and all(abs(share) <= _MAX_SHARE for share in shape.values())
    if len(shape) != len(shares) or len(names) != len(shares) or not known:
        raise MediaError(
            f"In the pose file '{name}' the shape of the body is not understood; write or copy "
            "it again."
        )
    return shape
