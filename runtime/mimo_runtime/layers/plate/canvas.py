"""Where the frames of a segment lie on its plate."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Pixels
from mimo_runtime.layers.camera.motion import CameraMotion, PlateSegment, corners_of
from mimo_runtime.layers.frames import Flags, Matrix
from mimo_runtime.layers.plate.exposure import centred
from mimo_runtime.layers.plate.visibility import Visibility

_AROUND = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """The part of a plate that a frame takes, from (`left`, `top`) on.

    `pixels`: uint8 [height, width, 3]; `shown`: bool [height, width], where it is in the picture;
    `visibility`: uint8, the same shape.
    """

    pixels: Pixels
    shown: Flags
    visibility: Visibility
    top: int
    left: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of the plate."""
        height, width = self.shown.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)


class Canvas:
    """A plate that is as large as what all frames of a segment show together.

    `size_px`: width and height. `matrices`: float64 [frames, 3, 3], from places of a frame to those
    of the plate.
    """

    def __init__(self, camera: CameraMotion, segment: PlateSegment) -> None:
        self._camera = camera
        left, top, right, bottom = _bounds(camera, segment)
        self.size_px = (right - left, bottom - top)
        to_plate = camera.to_plate[segment.first : segment.last + 1]
        self.matrices: NDArray[np.float64] = _shift(left, top) @ to_plate

    def laid(self, offset: int, pixels: Pixels, visibility: Visibility) -> Laid:
        """The frame at `offset` of the segment on the plate."""
        matrix = self.matrices[offset]
        ends = corners_of(matrix, self._camera.width_px, self._camera.height_px)
        left, top = np.maximum(np.floor(ends.min(axis=0)).astype(int), 0).tolist()
        right, bottom = np.minimum(np.ceil(ends.max(axis=0)).astype(int), self.size_px).tolist()
        size, local = (right - left, bottom - top), centred(_shift(left, top) @ matrix)
        laid = cv2.warpPerspective(
            pixels, local, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        ones = np.ones(visibility.shape, np.uint8)
        shown = cv2.warpPerspective(ones, local, size, flags=cv2.INTER_NEAREST)
        shown = cv2.erode(shown, _AROUND, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        over = cv2.warpPerspective(
            cv2.erode(visibility, _AROUND), local, size, flags=cv2.INTER_NEAREST
        )
        return Laid(np.asarray(laid, np.uint8), shown > 0, np.asarray(over, np.uint8), top, left)


def _bounds(camera: CameraMotion, segment: PlateSegment) -> tuple[int, int, int, int]:
    """The smallest rectangle of whole px around all frames of a segment on its plate."""
    if segment.static:
        return 0, 0, camera.width_px, camera.height_px
    ends = np.concatenate([camera.corners(i) for i in range(segment.first, segment.last + 1)])
    left, top = np.floor(ends.min(axis=0)).astype(int)
    right, bottom = np.ceil(ends.max(axis=0)).astype(int)
    return int(left), int(top), int(right), int(bottom)


def _shift(left: int, top: int) -> Matrix:
    return np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1.0]])
