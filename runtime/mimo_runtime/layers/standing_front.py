"""Things that stand in front of the human: where it should be seen and the plate is.

What is found in one frame is remembered on the plate, so that it holds in others.
"""

import cv2
import numpy as np

from mimo_runtime.layers.areas import grown, opened, pieces, reach_of
from mimo_runtime.layers.channels import widest
from mimo_runtime.layers.exposure import centred
from mimo_runtime.layers.frames import Flags, Floats, Pixels, inside
from mimo_runtime.layers.plate import Plate
from mimo_runtime.layers.removal import margin_px
from mimo_runtime.layers.sighting import Look

_ENOUGH = 2.0  # frames
_MOST = 8.0
_FORGET = 0.5  # for every frame in which the human is seen there
_LEAST = 0.01  # of the human
_STEPS = 4
_ALIKE = 14.0  # levels
_LEAK = 0.4  # of the area: growing by more has left the thing


class StandingFront:
    """The things in front of the human on one plate, from frames looked at in order."""

    def __init__(self, plate: Plate) -> None:
        self._plate = plate
        self._hits: Floats = np.zeros(plate.counts.shape, np.float32)

    def look(self, look: Look) -> None:
        """Learn from one frame; it needs an expected silhouette, else it teaches nothing."""
        if look.sighting.expected is None:
            return
        human = inside(look.sighting.human)
        height, width = human.shape
        margin = margin_px(width, height)
        whole = inside(look.sighting.expected)
        missing = whole & ~grown(human, margin // 2) & ~look.unseen & ~look.shadow
        missing &= ~grown(look.sighting.foreign(), margin) & ~look.different
        least = max(16, int(_LEAST * whole.sum()))
        hit = human & False
        for piece in pieces(opened(missing, max(1, margin // 2)), least):
            hit = hit | piece
        place = look.index - self._plate.segment.first
        self._hits[self._on_plate(human & look.different, place)] *= _FORGET
        self._hits += self._on_plate(hit, place)
        np.minimum(self._hits, _MOST, out=self._hits)

    def area(self, index: int, pixels: Pixels, human: Flags) -> Flags:
        """What of frame `index` is such a thing, bool [height, width]; never `human` itself.

        Args:
            index: of the frame in the clip.
            pixels: of the frame, uint8 [height, width, 3].
            human: what is seen of the human, bool [height, width].
        """
        known = self._in_frame(
            self._hits >= _ENOUGH, index - self._plate.segment.first, human.shape
        )
        if not known.any():
            return known
        margin = margin_px(human.shape[1], human.shape[0])
        return _grown_alike(pixels, known, human, margin)

    def _on_plate(self, area: Flags, place: int) -> Flags:
        if self._plate.segment.static:
            return area
        size = self._hits.shape[::-1]
        matrix = centred(self._plate.to_picture[place])
        laid = cv2.warpPerspective(area.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST)
        return np.asarray(laid > 0)

    def _in_frame(self, area: Flags, place: int, shape: tuple[int, ...]) -> Flags:
        if self._plate.segment.static:
            return area
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        matrix = centred(self._plate.to_picture[place])
        laid = cv2.warpPerspective(area.astype(np.uint8), matrix, shape[::-1], flags=flags)
        return np.asarray(laid > 0)


def _grown_alike(pixels: Pixels, area: Flags, human: Flags, margin: int) -> Flags:
    """`area` and what continues it in colour, a few margins far, and no more than a part of it."""
    level = pixels.astype(np.float32)
    step = max(1, margin)
    sigma = reach_of(pixels.shape[1], pixels.shape[0], 0.02, 2)
    whole = area & ~human
    for _ in range(_STEPS):
        weight = whole.astype(np.float32)
        share = cv2.GaussianBlur(weight, (0, 0), sigma) + 1e-4
        usual = cv2.GaussianBlur(level * weight[..., None], (0, 0), sigma) / share[..., None]
        alike = widest(level - usual) < _ALIKE
        more = whole | (opened(alike & grown(whole, step) & ~whole & ~human, 1))
        if more.sum() > (1 + _LEAK) * max(1, int(area.sum())):
            break
        whole = more
    return whole
