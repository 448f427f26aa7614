"""The postures of a template, frame by frame, and the cameras that see them as its streams do.

extras/poses.npz   the postures of the driving person (`motions.pose_file`)
extras/camera.npz  `size_px` [2], `focal_px` [N], `centre_px` [N, 2], `rotation` [N, 3, 3],
                   `translation_m` [N, 3] as in `Camera`; `drawn` bool [N], who is to be seen when

Both may be one file, as on the wire (`wire.poses`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.pose import Pose
from mimo_runtime.body.skeleton import Skeleton
from mimo_runtime.errors import TemplateError
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.pose_file import poses_from
from mimo_runtime.templates.folder import Template
from mimo_runtime.untrusted.npz import Arrays, read_npz
from mimo_runtime.wire.poses import CAMERA_FILE, CAMERA_PREFIX, EXTRAS, POSES_FILE

POSES, CAMERA = POSES_FILE, CAMERA_FILE
NAMES: Final = (POSES, CAMERA)
MAX_BYTES: Final = 512 << 20  # unpacked: 90000 frames are 350 MB
_SHAPES: Final[Mapping[str, tuple[int, ...]]] = {
    "focal_px": (), "centre_px": (2,), "rotation": (3, 3), "translation_m": (3,), "drawn": (),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ClipPoses:
    """Postures of `skeleton` in every frame of a clip, its cameras, and in which one is `drawn`."""

    motion: Motion
    skeleton: Skeleton
    cameras: Mapping[str, NDArray[Any]]

    @property
    def frame_count(self) -> int:
        """N, of the clip."""
        return self.motion.frame_count

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the clip's frames."""
        width_px, height_px = (int(side) for side in self.cameras["size_px"])
        return width_px, height_px

    def drawn(self, index: int) -> bool:
        """Whether the person is to be seen in frame `index` of the clip."""
        return bool(self.cameras["drawn"][index])

    def pose(self, index: int) -> Pose:
        """The posture in frame `index` of the clip."""
        return self.motion.pose(index)

    def camera(self, index: int) -> Camera:
        """The camera of frame `index` of the clip."""
        seen = self.cameras
        x, y = (float(value) for value in seen["centre_px"][index])
        return Camera(
            *self.size_px, float(seen["focal_px"][index]), (x, y),
            seen["rotation"][index], seen["translation_m"][index],
        )  # fmt: skip


def read_clip_poses(folder: Path) -> ClipPoses | None:
    """The postures in a folder that holds `NAMES`; None where it holds neither.

    Raises MediaError or TemplateError where they are damaged or do not fit together.
    """
    if not any((folder / name).is_file() for name in NAMES):
        return None
    arrays = read_npz(folder / POSES, max_bytes=MAX_BYTES)
    cameras = cameras_in(arrays) or read_npz(folder / CAMERA, max_bytes=MAX_BYTES)
    return clip_poses(arrays, cameras)


def clip_poses(arrays: Arrays, cameras: Arrays) -> ClipPoses:
    """The postures in the entries `arrays` of a pose file, seen by `cameras` as in CAMERA.

    Raises MediaError or TemplateError where they are damaged or do not fit together.
    """
    motion, skeleton = poses_from(arrays, POSES)
    count = motion.frame_count
    shapes = {"size_px": (2,)} | {name: (count, *rest) for name, rest in _SHAPES.items()}
    for name, shape in shapes.items():
        found = cameras[name].shape if name in cameras else None
        if found != shape or not np.isfinite(cameras[name]).all():
            raise TemplateError(
                f"In '{CAMERA}' {name} is not {shape} finite numbers, as {POSES} with its {count} "
                "postures needs; make the template anew."
            )
    return ClipPoses(motion, skeleton, cameras)


def cameras_in(arrays: Arrays) -> dict[str, NDArray[Any]]:
    """What a pose file that brings its cameras says of them, named as in CAMERA; else nothing."""
    return {
        name.removeprefix(CAMERA_PREFIX): array
        for name, array in arrays.items()
        if name.startswith(CAMERA_PREFIX)
    }


def template_poses(template: Template) -> ClipPoses:
    """The postures of a template, one for each frame of its motion clip as decoded.

    `template.source_indices` says which of them a template frame shows.

    Raises:
        TemplateError: it has none, or of another clip.
    """
    found = read_clip_poses(template.folder / EXTRAS)
    if found is None:
        raise TemplateError(
            f"The template '{template.folder.name}' has no postures ({EXTRAS}/{POSES}), and "
            "without them nobody can be drawn; make it with 'mimo decompose', or give a motion "
            "of 'mimo motion' and a scene."
        )
    size_px = template.width_px, template.height_px
    if found.size_px != size_px or found.frame_count <= max(template.source_indices):
        raise TemplateError(
            f"The postures of the template '{template.folder.name}' are {found.frame_count} for "
            f"{found.size_px[0]}x{found.size_px[1]} px, its streams have "
            f"{max(template.source_indices) + 1} frames or more of {size_px[0]}x{size_px[1]} px; "
            "make the template anew."
        )
    return found


def still_cameras(camera: Camera, frame_count: int) -> dict[str, NDArray[Any]]:
    """The arrays of camera.npz of one camera that sees somebody in all frames."""
    return {
        "size_px": np.array([camera.width_px, camera.height_px]),
        "focal_px": np.full(frame_count, camera.focal_px),
        "centre_px": np.tile(camera.centre_px, (frame_count, 1)),
        "rotation": np.tile(camera.rotation, (frame_count, 1, 1)),
        "translation_m": np.tile(camera.translation_m, (frame_count, 1)),
        "drawn": np.ones(frame_count, np.bool_),
    }
