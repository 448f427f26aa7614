"""How far what a frame shows is believed to be the scene, pixel by pixel."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.layers.frame_masks import FrameMasks
from mimo_runtime.layers.frames import Flags, Mask, inside
from mimo_runtime.layers.masks import dilate, distance_px, ground_zone, reach_of
from mimo_runtime.layers.plate.tuning import TUNING
from mimo_runtime.layers.removal.removal import margin_px, some_of

HIDDEN: Final = 0
SUPPOSED: Final = 1
EXPECTED: Final = 2
NEAR: Final = 3
GROUND: Final = 6
FREE: Final = 7

_BY_PART = np.array([HIDDEN, NEAR, NEAR + 1, NEAR + 2, FREE], np.uint8)

Visibility = NDArray[np.uint8]


class LastFullSilhouette:
    """Remembers the person's mask from when it was last seen whole.

    `short`: whether in the last frame given much of the person was not seen.
    """

    def __init__(self) -> None:
        self._last: Flags | None = None
        self.short = False

    def with_last(self, masks: FrameMasks) -> Flags | None:
        """The next frame's expected silhouette, with the remembered mask while much is missing.

        Returns bool [height, width]; None where no silhouette is expected.
        """
        if masks.expected is None:
            return None
        person, amodal = inside(masks.person), inside(masks.expected)
        self.short = bool((person & amodal).sum() < TUNING.short_share * amodal.sum())
        if not self.short:
            self._last = person
        elif self._last is not None:
            amodal = np.asarray(amodal | self._last)
        return amodal


def next_visibility(masks: FrameMasks, last: LastFullSilhouette) -> Visibility:
    """`visibility_of` the masks of the next frame of a clip; `last` remembers the ones before."""
    amodal = last.with_last(masks)
    people = [masks.person, *(other.mask for other in masks.others)]
    return visibility_of(people, amodal, SUPPOSED if last.short else EXPECTED)


def visibility_of(
    people: Sequence[Mask], amodal: Mask | None = None, expected: int = EXPECTED
) -> Visibility:
    """How far each pixel of a frame is for the plate: uint8 [height, width].

    `HIDDEN` where one of `people` (masks, at least one) is, from `NEAR` on upwards the farther from
    them, `expected` where the person should be seen `amodal` and is not, `GROUND` where shadows may
    lie, else `FREE`.
    """
    height, width = people[0].shape
    visibility = np.full((height, width), FREE, np.uint8)
    for mask in people if amodal is None else [*people, amodal]:
        visibility[ground_zone(inside(mask))] = GROUND
    if amodal is not None:
        visibility[dilate(inside(amodal), reach_of(width, height, TUNING.expected_reach, 2))] = (
            expected
        )
    away = distance_px(np.any([some_of(mask) for mask in people], axis=0))
    parts = np.minimum(
        away * np.float32(TUNING.margin_parts / (margin_px(width, height) + 1)), TUNING.margin_parts
    )
    return np.asarray(np.minimum(visibility, _BY_PART[parts.astype(np.uint8)]), np.uint8)
