"""How the camera moves: where every frame lies on the plate of its segment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.layers.camera.tuning import TUNING
from mimo_runtime.layers.frames import Matrix

NO_CAUSE = "the clip begins"
CUT = "there is a cut"
LOST = "too little of the background moves alike"
WIDE = "the camera has turned or zoomed too far for one plate"


@dataclass(frozen=True, slots=True)
class PlateSegment:
    """Frames `first` to `last` (inclusive), which share one plate.

    `cause`: why it begins. `static`: the camera does not move in it. `agreeing` 0..1 and
    `error_px`: medians of the share of background corners that move alike and of their error;
    `recognised` of its frames were found by corners at all.
    """

    first: int
    last: int
    cause: str
    static: bool
    agreeing: float
    error_px: float
    recognised: float

    @property
    def count(self) -> int:
        """Frames in it."""
        return self.last - self.first + 1

    @property
    def sure(self) -> bool:
        """Whether enough of the background moves alike to believe where the frames lie."""
        return self.static or self.agreeing >= TUNING.sure_segment


@dataclass(frozen=True, slots=True, eq=False)
class CameraMotion:
    """`to_plate`, float64 [frames, 3, 3], takes places of a frame to those of its segment's plate.

    The plate's places are those of the segment's first frame. Segments are in order and leave
    nothing out. Frames are `width_px` times `height_px`.
    """

    width_px: int
    height_px: int
    to_plate: NDArray[np.float64]
    segments: tuple[PlateSegment, ...]

    @property
    def frame_count(self) -> int:
        """Frames in the clip."""
        return len(self.to_plate)

    @property
    def static(self) -> bool:
        """Whether the camera moves nowhere, cuts aside."""
        return all(segment.static for segment in self.segments)

    @property
    def failed(self) -> tuple[int, ...]:
        """Frames at which alignment was lost."""
        return tuple(segment.first for segment in self.segments if segment.cause == LOST)

    def corners(self, index: int) -> Matrix:
        """The four corners of frame `index` on its plate, float64 [4, 2]."""
        return corners_of(self.to_plate[index], self.width_px, self.height_px)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found, and where it failed."""
        sentences = [_movement(self)]
        for segment in self.segments[1:]:
            sentences.append(f"At frame {segment.first} another plate begins: {segment.cause}.")
        sentences += [_doubt(segment) for segment in self.segments if not segment.sure]
        return tuple(sentences)


def corners_of(matrix: Matrix, width_px: int, height_px: int) -> Matrix:
    """Where `matrix` takes the corners of a frame, float64 [4, 2]."""
    ends = [(0, 0, 1), (width_px, 0, 1), (width_px, height_px, 1), (0, height_px, 1)]
    points = np.array(ends, np.float64) @ matrix.T
    return np.asarray(points[:, :2] / points[:, 2:], np.float64)


def _movement(camera: CameraMotion) -> str:
    if camera.static:
        return "The camera does not move."
    moving = [segment for segment in camera.segments if not segment.static]
    errors = max(segment.error_px for segment in moving)
    agreeing = min(segment.agreeing for segment in moving)
    return (
        f"The camera moves; frames were laid on {len(camera.segments)} plate(s) with an error of "
        f"{errors:.2f} px, {agreeing:.0%} of the background moving alike."
    )


def _doubt(segment: PlateSegment) -> str:
    return (
        f"From frame {segment.first} to {segment.last} only {segment.agreeing:.0%} of the "
        "background moves alike, as with near and far things in a travelling shot: what is filled "
        "in there may be blurred or shifted."
    )
