"""Where the scene is seen although the human should be: votes of many frames on one plate."""

import cv2
import numpy as np

from mimo_runtime.layers.areas import core_of, grown, opened, reach_of, shrunk
from mimo_runtime.layers.channels import largest
from mimo_runtime.layers.exposure import centred
from mimo_runtime.layers.frames import Flags, Floats, Pixels, inside
from mimo_runtime.layers.plate import Plate
from mimo_runtime.layers.sighting import Sighting

_FIT_ERROR = 0.02  # of the human's height: how far beside it a silhouette may be
_EDGE = 0.006  # of the frame's longer side: how far beyond its mask a human may be seen
_FEWEST = 2.0  # frames
_OFTEN = 0.56  # of the most observations: a place seen so often is the scene, where masks leak
_LEVELS = 16  # by which a frame may differ from the plate where it shows it
_SHARE = 0.7  # of the frames in which the human is or should be there


class StandingVotes:
    """Counts on one plate: frames in which the human should be seen at a place, and is.

    `missing`, `seen`: float32 [height, width] of the plate.
    """

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        self.missing: Floats = np.zeros(plate.counts.shape, np.float32)
        self.seen: Floats = np.zeros(plate.counts.shape, np.float32)

    def add(self, index: int, sighting: Sighting, alike: Flags, different: Flags) -> None:
        """One frame: where it is surely the plate, and where it is surely not; bool [h, w]."""
        human = inside(sighting.human)
        whole = human if sighting.expected is None else inside(sighting.expected)
        rows = np.flatnonzero(whole.any(axis=1))
        if len(rows) == 0:
            return
        reach = max(1, round(_FIT_ERROR * (rows[-1] - rows[0] + 1)))
        foreign = sighting.foreign()
        place = index - self._plate.segment.first
        often = self._plate.counts >= _OFTEN * self._plate.counts.max()
        leak = shrunk(human, max(1, reach // 2)) & in_frame(often, self._plate, place, human.shape)
        unseen = core_of(whole, reach) & ~grown(
            human, reach_of(human.shape[1], human.shape[0], _EDGE)
        )
        missing = opened((unseen | leak) & alike & ~foreign, 1)
        self.missing += on_plate(missing, self._plate, place)
        self.seen += on_plate(human & different, self._plate, place)

    def seeds(self) -> Flags:
        """Where something stands in front, bool [height, width] of the plate."""
        votes = self.missing + self.seen
        return np.asarray((self.missing >= _FEWEST) & (self.missing >= _SHARE * votes))

    def hints(self) -> Flags:
        """Where something may stand in front, the same."""
        return np.asarray((self.missing >= 1) & (self.missing >= self.seen))


def on_plate(area: Flags, plate: Plate, place: int) -> Flags:
    """`area` of the frame at `place` of the segment, bool of the plate's size."""
    if plate.segment.static:
        return area
    size = plate.counts.shape[::-1]
    matrix = centred(plate.to_picture[place])
    laid = cv2.warpPerspective(area.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST)
    return np.asarray(laid > 0)


def in_frame(area: Flags, plate: Plate, place: int, shape: tuple[int, ...]) -> Flags:
    """`area` of the plate as the frame at `place` of the segment shows it, bool of `shape`."""
    if plate.segment.static:
        return area
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    matrix = centred(plate.to_picture[place])
    laid = cv2.warpPerspective(area.astype(np.uint8), matrix, shape[::-1], flags=flags)
    return np.asarray(laid > 0)


def alike(pixels: Pixels, view: Pixels) -> Flags:
    """Where a frame is the plate within 16 levels in every channel, bool [height, width]."""
    away = cv2.absdiff(cv2.GaussianBlur(pixels, (3, 3), 0), cv2.GaussianBlur(view, (3, 3), 0))
    return np.asarray(largest(np.asarray(away, np.uint8)) <= _LEVELS)
