"""A camera that may move: where it is in every frame of a motion."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.skeleton import Array
from mimo_runtime.errors import MediaError
from mimo_runtime.motions.npz import Arrays

_KEYS = ("camera_size_px", "camera_focal_px", "camera_centre_px", "camera_rotations",
         "camera_translations_m")  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class CameraPath:
    """N cameras of one size and one focal length; the fields are those of `Camera`.

    `rotations` float64 [N, 3, 3], `translations_m` float64 [N, 3].
    """

    width_px: int
    height_px: int
    focal_px: float
    centre_px: tuple[float, float]
    rotations: Array
    translations_m: Array

    @classmethod
    def still(cls, camera: Camera, frame_count: int) -> Self:
        """One camera for all frames."""
        return cls(
            camera.width_px,
            camera.height_px,
            camera.focal_px,
            camera.centre_px,
            np.tile(camera.rotation, (frame_count, 1, 1)),
            np.tile(camera.translation_m, (frame_count, 1)),
        )

    @property
    def frame_count(self) -> int:
        """N."""
        return len(self.rotations)

    def at(self, index: int) -> Camera:
        """The camera of frame `index`."""
        return Camera(
            self.width_px,
            self.height_px,
            self.focal_px,
            self.centre_px,
            self.rotations[index],
            self.translations_m[index],
        )

    def arrays(self) -> Arrays:
        """The path as entries of a pose file."""
        values = (
            np.array([self.width_px, self.height_px]),
            np.array(self.focal_px),
            np.array(self.centre_px),
            self.rotations,
            self.translations_m,
        )
        return dict(zip(_KEYS, values, strict=True))


def camera_path_from(arrays: Arrays, name: str) -> CameraPath | None:
    """The path in the pose file called `name`, None where it has none.

    Raises MediaError where it is incomplete or not one camera a frame.
    """
    if not any(key in arrays for key in _KEYS):
        return None
    frames = len(np.atleast_1d(arrays["root_m"]))
    shapes = dict(zip(_KEYS, ((2,), (), (2,), (frames, 3, 3), (frames, 3)), strict=True))
    for key, shape in shapes.items():
        if key not in arrays or arrays[key].shape != shape or not np.isfinite(arrays[key]).all():
            raise MediaError(
                f"In the pose file '{name}' {key} is missing or not finite numbers of shape "
                f"{shape}."
            )
    size, focal, centre, rotations, translations = (arrays[key] for key in _KEYS)
    return CameraPath(
        int(size[0]),
        int(size[1]),
        float(focal),
        (float(centre[0]), float(centre[1])),
        rotations.astype(np.float64),
        translations.astype(np.float64),
    )
