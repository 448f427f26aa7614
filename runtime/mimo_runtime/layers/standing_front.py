"""Things that stand in front of the human on one plate, as each frame shows them."""

import cv2
import numpy as np

from mimo_runtime.layers.frames import Flags
from mimo_runtime.layers.plate import Plate
from mimo_runtime.layers.standing_area import whole_things
from mimo_runtime.layers.standing_votes import StandingVotes, in_frame

_SHARES = (0.75, 0.5, 0.0)  # of the most votes: things that more of them speak for come first


class StandingFront:
    """The things on `plate` that `votes` speak for; see `whole_things`."""

    def __init__(self, plate: Plate, votes: StandingVotes) -> None:
        self._plate = plate
        self._whole: Flags = np.zeros(plate.counts.shape, np.bool_)
        most = float(votes.missing.max())
        every, hints = votes.seeds(), votes.hints()
        for share in _SHARES:
            seeds = every & (votes.missing >= share * most) & ~self._whole
            if seeds.any():
                found = whole_things(plate.picture, seeds, hints, votes.seen)
                self._whole = self._whole | found

    def area(self, index: int, shape: tuple[int, ...], different: Flags) -> Flags:
        """What of frame `index` of `shape` is such a thing, bool [height, width].

        What is `different` from the plate over it, bool [height, width], is something else.
        """
        if not self._whole.any():
            return np.zeros(shape, np.bool_)
        known = in_frame(self._whole, self._plate, index - self._plate.segment.first, shape)
        solid = cv2.morphologyEx(different.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3)))
        return known & ~solid.astype(np.bool_)
