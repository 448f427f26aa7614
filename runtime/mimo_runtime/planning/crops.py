"""Where a clip is cut into crop segments, and which part of the frame each of them shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mimo_runtime.errors import TemplateError
from mimo_runtime.planning.pixel_rect import Padding, PixelRect, pad_to_square
from mimo_runtime.wire.kinds import FEATHER_MODES

__all__ = [
    "FEATHER_MODES",
    "CropSegment",
    "Padding",
    "PixelRect",
    "feather_mode",
    "pad_to_square",
    "plan_crop_segments",
]

OVERLAP_FRAMES = 4
_MODE_OF_SIDES = {frozenset(mode.split("_")) - {"inner"}: mode for mode in FEATHER_MODES}


@dataclass(frozen=True, slots=True)
class CropSegment:
    """Consecutive frames that are cropped alike; consecutive segments share some frames.

    `crop` is what is cut out of each frame, never empty. `box` is what chooses the feather mask
    and where the result goes; it differs from `crop` only where the official code found nobody
    (it is empty then). `overlap_frames` is over how many frames it is faded in at most.
    """

    frames: tuple[int, ...]
    box: PixelRect
    crop: PixelRect
    overlap_frames: int = OVERLAP_FRAMES

    @property
    def padding(self) -> Padding:
        """What makes the crop square."""
        return pad_to_square(self.crop.height, self.crop.width)


class CropRules(Protocol):
    """What decides where a segment ends and what its box is; see `planning.rules`."""

    def crop_runs(self, boxes: Sequence[PixelRect | None]) -> Iterator[tuple[int, int, PixelRect]]:
        """Per segment, without what it repeats: first frame, frame after the last, box."""

    def crop_box(self, box: PixelRect, repeated: Sequence[PixelRect | None]) -> PixelRect:
        """The box of a segment that also shows the frames whose boxes are `repeated`."""


def plan_crop_segments(
    boxes: Sequence[PixelRect | None],
    width_px: int,
    height_px: int,
    rules: CropRules,
    overlap_frames: int = OVERLAP_FRAMES,
) -> tuple[CropSegment, ...]:
    """The crop segments of a clip, in time order; together they hold every frame.

    A segment ends where a person has become too small or too large for its box; the next one
    begins up to `overlap_frames` earlier, with frames of the one before. Where nobody is seen at
    all, there may be no segment.

    Args:
        boxes: per frame the part that its person takes (`person_room`); None for nobody.
        width_px: of the frames.
        height_px: of the frames.
        rules: official or corrected.
        overlap_frames: frames that a segment repeats of the one before it.

    Raises:
        TemplateError: official only, for a clip with nobody whose frames are one pixel thin.
    """
    segments: list[CropSegment] = []
    for start, end, box in rules.crop_runs(boxes):
        shared = min(overlap_frames, len(segments[-1].frames)) if segments else 0
        frames = tuple(range(start - shared, end))
        grown = rules.crop_box(box, boxes[start - shared : start])
        crop = _crop(grown, width_px, height_px)
        segments.append(CropSegment(frames, grown, crop, overlap_frames))
    return tuple(segments)


def feather_mode(box: PixelRect, width_px: int, height_px: int) -> str:
    """The name, one of FEATHER_MODES, of the frame borders that `box` touches."""
    touched = {
        "left": box.left <= 0,
        "right": box.right >= width_px,
        "up": box.top <= 0,
        "down": box.bottom >= height_px,
    }
    return _MODE_OF_SIDES[frozenset(side for side, touches in touched.items() if touches)]


def _crop(box: PixelRect, width_px: int, height_px: int) -> PixelRect:
    """`box`, or for an empty one the frame without its last row and column, as official."""
    if box.area > 0:
        return box
    crop = PixelRect(0, width_px - 1, 0, height_px - 1)
    if crop.area == 0:
        raise TemplateError(
            f"No person is seen in any frame of the template, and its frames of {width_px}x"
            f"{height_px} pixels are too small to crop; use a template that shows a person."
        )
    return crop
