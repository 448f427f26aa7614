"""What the official code gets wrong, and what is right: the two modes side by side.

Every deviation of `--mode corrected` from the official numbers is one pair of methods of the two
classes below; the table in docs/architecture.md tells it in words.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Pixels
from mimo_runtime.planning.pixel_rect import PixelRect, union
from mimo_runtime.planning.windows import Windows, closed_windows, open_windows

Levels = NDArray[np.floating[Any]]

_NO_PERSON = PixelRect(0, 0, 0, 0)
_SMALLEST_SHARE = 0.5  # of a segment's box that its smallest person takes


class Rules(Protocol):
    """What a mode decides. `rolling` says whether frames may leave while later ones are noise;
    `max_frames` how many of a template are used, None for all.
    """

    @property
    def rolling(self) -> bool:
        """Whether the windows are open, so that a clip's beginning does not need its end."""

    @property
    def max_frames(self) -> int | None:
        """Frames of a template that are used at most."""

    def windows(self, lengths: Sequence[int], frames: int, overlap_frames: int) -> Windows:
        """The windows over crop segments of `lengths` frames."""

    def window_weights(self, counts: NDArray[np.int64], guided: bool) -> NDArray[np.float32]:
        """What a frame's summed predictions are multiplied with, by how many windows hold it."""

    def crop_runs(self, boxes: Sequence[PixelRect | None]) -> Iterator[tuple[int, int, PixelRect]]:
        """As in `CropRules`."""

    def crop_box(self, box: PixelRect, repeated: Sequence[PixelRect | None]) -> PixelRect:
        """As in `CropRules`."""

    def to_uint8(self, levels: Levels) -> Pixels:
        """Levels 0 to 255 as whole numbers."""

    def reference_features(self, features: Any) -> Any:
        """Reference features as they are projected to K and V."""


class Official:
    """Every number as the official code has it."""

    rolling = False
    max_frames = 150

    def windows(self, lengths: Sequence[int], frames: int, overlap_frames: int) -> Windows:
        """A ring over all segments in a row, past seams and past the end."""
        return closed_windows(sum(lengths), frames, overlap_frames)

    def window_weights(self, counts: NDArray[np.int64], guided: bool) -> NDArray[np.float32]:
        """The mean with guidance; without it the sum, as the division is then forgotten."""
        return _mean_weights(counts if guided else np.ones_like(counts))

    def crop_runs(self, boxes: Sequence[PixelRect | None]) -> Iterator[tuple[int, int, PixelRect]]:
        """Nobody is an empty box in the top left corner; a shrinking person ends a run one late."""
        filled = [box or _NO_PERSON for box in boxes]
        start = 0
        for index in range(1, len(filled) - 1):
            areas = [box.area for box in filled[start:index]]
            enlarged = union(filled[start : index + 1])
            if any(areas) and min(areas) < _SMALLEST_SHARE * enlarged.area:
                yield start, index, union(filled[start:index])
                start = index
        if filled:
            yield start, len(filled), union(filled[start:])

    def crop_box(self, box: PixelRect, repeated: Sequence[PixelRect | None]) -> PixelRect:  # noqa: ARG002
        """The later run's box, which may cut the person in the frames repeated."""
        return box

    def to_uint8(self, levels: Levels) -> Pixels:
        """Truncated."""
        return levels.astype(np.uint8)

    def reference_features(self, features: Any) -> Any:
        """Rounded to fp16 in every precision."""
        exact = features.dtype == np.float16
        return features if exact else np.asarray(features).astype(np.float16)


class Corrected:
    """The same with its listed errors mended."""

    rolling = True
    max_frames = None

    def windows(self, lengths: Sequence[int], frames: int, overlap_frames: int) -> Windows:
        """Inside a segment, ending with it."""
        return open_windows(lengths, frames, overlap_frames)

    def window_weights(
        self,
        counts: NDArray[np.int64],
        guided: bool,  # noqa: ARG002
    ) -> NDArray[np.float32]:
        """The mean."""
        return _mean_weights(counts)

    def crop_runs(self, boxes: Sequence[PixelRect | None]) -> Iterator[tuple[int, int, PixelRect]]:
        """Nobody takes no part; the first frame that is too small begins the next run."""
        start = 0
        held: list[PixelRect] = []
        for index, box in enumerate(boxes):
            if box is None:
                continue
            areas = [each.area for each in (*held, box)]
            last = index == len(boxes) - 1
            if not last and min(areas) < _SMALLEST_SHARE * union((*held, box)).area:
                yield start, index, union(held)
                start, held = index, []
            held.append(box)
        if held:
            yield start, len(boxes), union(held)

    def crop_box(self, box: PixelRect, repeated: Sequence[PixelRect | None]) -> PixelRect:
        """The person in all frames that are shown."""
        return union([box, *(seen for seen in repeated if seen)])

    def to_uint8(self, levels: Levels) -> Pixels:
        """Rounded."""
        return np.rint(levels).astype(np.uint8)

    def reference_features(self, features: Any) -> Any:
        """As they are."""
        return features


OFFICIAL: Rules = Official()
CORRECTED: Rules = Corrected()


def _mean_weights(counts: NDArray[np.int64]) -> NDArray[np.float32]:
    return (1.0 / counts).astype(np.float32)
