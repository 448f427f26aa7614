"""Frames whose place on the plate is settled, and to which others are laid."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.layers.camera.registration import (
    Keyframe,
    Registration,
    contrast_of,
    keyframe_of,
    register,
    shifted_guess,
)
from mimo_runtime.layers.camera.tuning import TUNING
from mimo_runtime.layers.frames import Flags, Matrix


def thumbnail(pixels: Pixels, area: Flags) -> Floats:
    """The frame in 32x32, NaN at people and without its mean colour, float32 [32, 32, 3]."""
    small = cv2.resize(pixels, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    people = cv2.resize(area.astype(np.float32), (32, 32), interpolation=cv2.INTER_AREA) > 0
    small[people] = np.nan
    return small


def looks_alike(first: Floats, second: Floats) -> bool:
    """Whether two plain pictures are the same but for exposure."""
    both = ~np.isnan(first[..., 0]) & ~np.isnan(second[..., 0])
    if not both.any():
        return False
    difference = first[both] - second[both]
    away = np.abs(difference - np.median(difference, axis=0))
    return bool(
        away.mean() < TUNING.plain_difference[0]
        and np.quantile(away, TUNING.plain_mostly) < TUNING.plain_difference[1]
    )


@dataclass(frozen=True, slots=True, eq=False)
class RegistrationView:
    """What registration sees of a frame.

    `contrast`, uint8 [height, width], may be smaller than the frame; `people`: bool, of its size;
    `small`: a `thumbnail`.
    """

    contrast: NDArray[np.uint8]
    people: Flags
    small: Floats


@dataclass(frozen=True, slots=True, eq=False)
class KeyframeOnPlate:
    """A frame at `to_plate`, float64 [3, 3], in px of the working picture."""

    view: RegistrationView
    keyframe: Keyframe
    to_plate: Matrix

    def registered(self, view: RegistrationView, expected: Iterable[Matrix]) -> Registration | None:
        """Where another frame lies on this one, None where it is not recognised.

        Args:
            view: the other frame.
            expected: matrices to the plate that are tried, the likeliest first.
        """
        best = None
        to_keyframe = np.linalg.inv(self.to_plate)
        for matrix in expected:
            best = _better(best, self._register(view, to_keyframe @ matrix))
            if best is not None and best.agreeing >= TUNING.sure_agreeing:
                return best
        shift = shifted_guess(self.keyframe, view.contrast)
        best = _better(best, self._register(view, shift))
        if best is not None and best.agreeing >= TUNING.lost_agreeing:
            return best
        if looks_alike(self.view.small, view.small):
            return Registration(np.eye(3), 1.0, 1.0, 0.0)
        return None

    def _register(self, view: RegistrationView, guess: Matrix) -> Registration | None:
        return register(self.keyframe, view.contrast, view.people, guess)


def registration_view(pixels: Pixels, people: Flags) -> RegistrationView:
    """`pixels`, uint8 [height, width, 3], with `people`, bool [height, width], as it is needed."""
    contrast = contrast_of(pixels)
    area = people
    if area.shape != contrast.shape:
        size = contrast.shape[::-1]
        less = cv2.resize(area.astype(np.uint8), size, interpolation=cv2.INTER_AREA)
        area = np.asarray(less > 0)
    return RegistrationView(contrast, area, thumbnail(pixels, area))


def keyframe_on_plate(view: RegistrationView, to_plate: Matrix) -> KeyframeOnPlate:
    """A keyframe of a frame whose place is known."""
    return KeyframeOnPlate(view, keyframe_of(view.contrast, view.people), to_plate)


def _better(first: Registration | None, second: Registration | None) -> Registration | None:
    if first is None or (second is not None and second.agreeing > first.agreeing):
        return second
    return first
