"""How bright a frame is against the others of its segment."""

import cv2
import numpy as np

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.layers.frames import Flags, Matrix
from mimo_runtime.layers.plate.tuning import TUNING


class Exposure:
    """Gains that bring frames to the exposure of the first, by what they share of the plate.

    The plate is kept small for it, float32 [about 128, about 128, 3].
    """

    def __init__(self, width_px: int, height_px: int) -> None:
        """For a plate of this size."""
        self._scale = min(1.0, TUNING.exposure_side_px / max(width_px, height_px))
        size = (max(1, round(height_px * self._scale)), max(1, round(width_px * self._scale)))
        self._levels: Floats = np.zeros((*size, 3), np.float32)
        self._known: Flags = np.zeros(size, np.bool_)

    def gain(self, pixels: Pixels, hidden: Flags, to_canvas: Matrix) -> Floats:
        """What every channel of the frame is multiplied by, float32 [3], mostly 1.

        Args:
            pixels: uint8 [height, width, 3].
            hidden: what does not belong to the scene, bool [height, width].
            to_canvas: from places of the frame to those of the plate, float64 [3, 3].
        """
        small, visible = self._placed(pixels, hidden, to_canvas)
        shared = visible & self._known & _exposed(small) & _exposed(self._levels)
        gain = np.ones(3, np.float32)
        if shared.sum() >= TUNING.exposure_fewest:
            ratios = self._levels[shared] / small[shared]
            gain = np.median(ratios, axis=0).clip(*TUNING.exposure_gains).astype(np.float32)
            gain[np.abs(gain - 1) < TUNING.exposure_nothing] = 1
        self._learn(small * gain, visible)
        return gain

    def _placed(self, pixels: Pixels, hidden: Flags, to_canvas: Matrix) -> tuple[Floats, Flags]:
        step = max(1, int(1 / self._scale))
        size = (max(1, pixels.shape[1] // step), max(1, pixels.shape[0] // step))
        less = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        free = cv2.resize((~hidden).astype(np.float32), size, interpolation=cv2.INTER_AREA)
        shrink = np.diag([self._scale, self._scale, 1.0])
        stretch = np.diag([pixels.shape[1] / size[0], pixels.shape[0] / size[1], 1.0])
        matrix = centred(shrink @ to_canvas @ stretch)
        plate_size = self._known.shape[::-1]
        small = cv2.warpPerspective(less, matrix, plate_size)
        visible = cv2.warpPerspective(free, matrix, plate_size) > 0.99
        return np.asarray(small, np.float32), np.asarray(visible)

    def _learn(self, small: Floats, visible: Flags) -> None:
        both, new = visible & self._known, visible & ~self._known
        self._levels[both] = (
            TUNING.exposure_memory * self._levels[both] + (1 - TUNING.exposure_memory) * small[both]
        )
        self._levels[new] = small[new]
        self._known |= new


def _exposed(levels: Floats) -> Flags:
    return np.asarray(
        ((levels > TUNING.exposure_levels[0]) & (levels < TUNING.exposure_levels[1])).all(axis=-1)
    )


def centred(matrix: Matrix) -> Matrix:
    """`matrix` between places (middle of the first pixel 0.5, 0.5) as one between array indices."""
    shift = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    return np.asarray(np.linalg.inv(shift) @ matrix @ shift, np.float64)
