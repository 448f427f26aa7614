"""How far what a frame shows is believed to be the scene, pixel by pixel."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.layers.areas import distance_px, ground_zone, grown, reach_of
from mimo_runtime.layers.frames import Mask, inside
from mimo_runtime.layers.last_whole import LastWhole
from mimo_runtime.layers.removal import margin_px, some_of
from mimo_runtime.layers.sighting import Sighting

HIDDEN: Final = 0
SUPPOSED: Final = 1
EXPECTED: Final = 2
NEAR: Final = 3
GROUND: Final = 6
FREE: Final = 7

_EXPECTED = 0.025  # of the longer side: how far around an expected silhouette a human may be
_PARTS = 4  # of the margin around a mask: the first is hidden, the others are ever less near
_BY_PART = np.array([HIDDEN, NEAR, NEAR + 1, NEAR + 2, FREE], np.uint8)

Trust = NDArray[np.uint8]


def trust_in(sighting: Sighting, last: LastWhole) -> Trust:
    """`trust_of` the next sighting of a clip; `last` remembers the ones before."""
    whole = last.with_last(sighting)
    people = [sighting.human, *(other.mask for other in sighting.others)]
    return trust_of(people, whole, SUPPOSED if last.short else EXPECTED)


def trust_of(people: Sequence[Mask], whole: Mask | None = None, expected: int = EXPECTED) -> Trust:
    """How far each pixel of a frame is for the plate: uint8 [height, width].

    `HIDDEN` where one of `people` (masks, at least one) is, from `NEAR` on upwards the farther from
    them, `expected` where the human should be seen `whole` and is not, `GROUND` where shadows may
    lie, else `FREE`.
    """
    height, width = people[0].shape
    trust = np.full((height, width), FREE, np.uint8)
    for mask in people if whole is None else [*people, whole]:
        trust[ground_zone(inside(mask))] = GROUND
    if whole is not None:
        trust[grown(inside(whole), reach_of(width, height, _EXPECTED, 2))] = expected
    away = distance_px(np.any([some_of(mask) for mask in people], axis=0))
    parts = np.minimum(away * np.float32(_PARTS / (margin_px(width, height) + 1)), _PARTS)
    return np.asarray(np.minimum(trust, _BY_PART[parts.astype(np.uint8)]), np.uint8)
