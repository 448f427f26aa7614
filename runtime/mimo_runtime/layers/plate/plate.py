"""The scene of one segment without the person."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Floats, Pixels
from mimo_runtime.layers.camera.motion import PlateSegment
from mimo_runtime.layers.frames import Flags
from mimo_runtime.layers.plate.exposure import centred


@dataclass(frozen=True, slots=True)
class PlateFacts:
    """What is known of one plate.

    `seen`: share of it that was seen without the person in some frame. `uncovered`: the same of
    what the person hides in some frame. `filler`: how the rest was filled in.
    """

    segment: PlateSegment
    width_px: int
    height_px: int
    seen: float
    uncovered: float
    filler: str

    @property
    def sentence(self) -> str:
        """How complete this plate is and what was invented."""
        frames = frames_said(self.segment.first, self.segment.last)
        if self.uncovered >= 1:
            return f"Everything behind the person in {frames} was seen at another time."
        return (
            f"Of what the person hides in {frames}, {_share(self.uncovered)} was seen at another "
            f"time; the rest was invented ({self.filler})."
        )


def frames_said(first: int, last: int) -> str:
    """Frames `first` to `last`, for people."""
    return f"frame {first}" if first == last else f"frames {first} to {last}"


def _share(part: float) -> str:
    """A share below 1 in per cent, which is never said to be all."""
    rounded = f"{part:.0%}"
    return "almost everything" if rounded == "100%" else rounded


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """The scene of a segment, in the exposure of its first frame.

    `picture`: uint8 [height, width, 3], whole. `counts`: uint8 [height, width], how often what it
    shows was seen, 0 where it was filled in. `to_picture`, float64 [frames, 3, 3]: from places of
    a frame to those of the picture. `gains`, float32 [frames, 3]: what a frame is multiplied by to
    have the exposure of the plate.
    """

    facts: PlateFacts
    picture: Pixels
    counts: NDArray[np.uint8]
    to_picture: NDArray[np.float64]
    gains: Floats

    @property
    def segment(self) -> PlateSegment:
        """The frames that it belongs to."""
        return self.facts.segment

    def view(self, index: int, width_px: int, height_px: int) -> Pixels:
        """The plate as frame `index` of the clip would show it, uint8 [height, width, 3]."""
        offset = index - self.segment.first
        view = self._cut(self.picture, offset, width_px, height_px, cv2.INTER_CUBIC)
        gain = self.gains[offset]
        if (gain == 1).all():
            return view
        return np.asarray((view / gain + 0.5).clip(0, 255), np.uint8)

    def view_unseen(self, index: int, width_px: int, height_px: int) -> Flags:
        """Where `view` shows what was filled in, bool [height, width]."""
        missing = (self.counts == 0).astype(np.uint8)
        offset = index - self.segment.first
        return self._cut(missing, offset, width_px, height_px, cv2.INTER_NEAREST) > 0

    def _cut(
        self, picture: NDArray[np.uint8], offset: int, width_px: int, height_px: int, way: int
    ) -> NDArray[np.uint8]:
        if self.segment.static:
            return picture.copy()
        warped = cv2.warpPerspective(
            picture,
            centred(self.to_picture[offset]),
            (width_px, height_px),
            flags=way | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(warped, np.uint8)
