"""A camera that may move: where it is in every frame of a motion."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from mimo_runtime.body.camera import Camera
from mimo_runtime.body.skeleton import Array


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
