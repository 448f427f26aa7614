"""Frames whose place on the plate is settled, and to which others are laid."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.layers.frames import Flags, Floats, Matrix, Pixels
from mimo_runtime.layers.plain import looks_alike, thumbnail
from mimo_runtime.layers.registration import (
    Keyframe,
    Registration,
    contrast_of,
    keyframe_of,
    register,
    shifted_guess,
)

_LOST = 0.25
_SURE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What registration sees of a frame.

    `contrast`, uint8 [height, width], may be smaller than the frame; `people`: bool, of its size;
    `small`: a `thumbnail`.
    """

    contrast: NDArray[np.uint8]
    people: Flags
    small: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """A frame at `to_plate`, float64 [3, 3], in px of the working picture."""

    glance: Glance
    keyframe: Keyframe
    to_plate: Matrix

    def found(self, glance: Glance, expected: Iterable[Matrix]) -> Registration | None:
        """Where another frame lies on this one, None where it is not recognised.

        Args:
            glance: the other frame.
            expected: matrices to the plate that are tried, the likeliest first.
        """
        best = None
        to_anchor = np.linalg.inv(self.to_plate)
        for matrix in expected:
            best = _better(best, self._registered(glance, to_anchor @ matrix))
            if best is not None and best.agreeing >= _SURE:
                return best
        shift = shifted_guess(self.keyframe, glance.contrast)
        best = _better(best, self._registered(glance, shift))
        if best is not None and best.agreeing >= _LOST:
            return best
        if looks_alike(self.glance.small, glance.small):
            return Registration(np.eye(3), 1.0, 1.0, 0.0)
        return None

    def _registered(self, glance: Glance, guess: Matrix) -> Registration | None:
        return register(self.keyframe, glance.contrast, glance.people, guess)


def glance_at(pixels: Pixels, people: Flags) -> Glance:
    """`pixels`, uint8 [height, width, 3], with `people`, bool [height, width], as it is needed."""
    contrast = contrast_of(pixels)
    area = people
    if area.shape != contrast.shape:
        size = contrast.shape[::-1]
        less = cv2.resize(area.astype(np.uint8), size, interpolation=cv2.INTER_AREA)
        area = np.asarray(less > 0)
    return Glance(contrast, area, thumbnail(pixels, area))


def anchor_at(glance: Glance, to_plate: Matrix) -> Anchor:
    """An anchor of a frame whose place is known."""
    return Anchor(glance, keyframe_of(glance.contrast, glance.people), to_plate)


def _better(one: Registration | None, other: Registration | None) -> Registration | None:
    if one is None or (other is not None and other.agreeing > one.agreeing):
        return other
    return one
