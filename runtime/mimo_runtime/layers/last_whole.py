"""Where a human should be while little of it is seen."""

import numpy as np

from mimo_runtime.layers.frames import Flags, inside
from mimo_runtime.layers.sighting import Sighting

_SHORT = 0.6  # of the expected silhouette: when less is seen, something is in front


class LastWhole:
    """Remembers the human's mask from when it was last seen whole.

    `short`: whether in the last frame given much of the human was not seen.
    """

    def __init__(self) -> None:
        self._last: Flags | None = None
        self.short = False

    def with_last(self, sighting: Sighting) -> Flags | None:
        """The next frame's expected silhouette, with the remembered mask while much is missing.

        Returns bool [height, width]; None where no silhouette is expected.
        """
        if sighting.expected is None:
            return None
        human, whole = inside(sighting.human), inside(sighting.expected)
        self.short = bool((human & whole).sum() < _SHORT * whole.sum())
        if not self.short:
            self._last = human
        elif self._last is not None:
            whole = np.asarray(whole | self._last)
        return whole
