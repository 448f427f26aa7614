"""Where the clip is cut into contexts, and which part of the frame each of them shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mimo_runtime.errors import TemplateError
from mimo_runtime.planning.boxes import Box, Padding, pad_to_square, union
from mimo_runtime.wire.kinds import FEATHER_MODES

__all__ = [
    "FEATHER_MODES",
    "Box",
    "Context",
    "Padding",
    "feather_mode",
    "pad_to_square",
    "plan_contexts",
]

_MODE_OF_SIDES = {frozenset(mode.split("_")) - {"inner"}: mode for mode in FEATHER_MODES}
_NOBODY = Box(0, 0, 0, 0)
_SMALLEST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Context:
    """Consecutive frames that are cropped alike; consecutive contexts share some frames.

    `crop` is what is cut out of each frame, never empty. `box` is what chooses the feather mask
    and where the result goes; it differs from `crop` only where the official code found nobody
    (it is empty then).
    """

    frames: tuple[int, ...]
    box: Box
    crop: Box

    @property
    def padding(self) -> Padding:
        """What makes the crop square."""
        return pad_to_square(self.crop.height, self.crop.width)


def plan_contexts(
    boxes: Sequence[Box | None],
    width_px: int,
    height_px: int,
    overlap_frames: int = 4,
    *,
    official: bool = True,
) -> tuple[Context, ...]:
    """The contexts of a clip, in time order; together they hold every frame.

    A context ends where a person has become too small or too large for its box; the next one
    begins up to `overlap_frames` earlier, with frames of the one before.

    Official: a frame with nobody counts as an empty box in the top left corner, a person that
    shrinks ends the context one frame late, and the shared frames are cropped with the later
    context's box, which may cut the person. Otherwise frames with nobody change nothing, the
    first frame that is too small begins the next context, and a context's box holds the person
    in all its frames. A clip with nobody in it then has no context.

    Args:
        boxes: per frame the part that its person takes (`person_room`); None for nobody.
        width_px: of the frames.
        height_px: of the frames.
        overlap_frames: frames that a context repeats of the one before it.
        official: whether the official code's deviations are reproduced.

    Raises:
        TemplateError: official only, for a clip with nobody whose frames are one pixel thin.
    """
    if official:
        closed = list(_official_clips([box or _NOBODY for box in boxes]))
    else:
        closed = list(_corrected_clips(boxes))
    contexts: list[Context] = []
    for start, end, box in closed:
        shared = min(overlap_frames, len(contexts[-1].frames)) if contexts else 0
        frames = range(start - shared, end)
        if not official:
            box = union([box, *(seen for seen in boxes[frames.start : start] if seen)])
        contexts.append(Context(tuple(frames), box, _crop(box, width_px, height_px)))
    return tuple(contexts)


def feather_mode(box: Box, width_px: int, height_px: int) -> str:
    """The name, one of FEATHER_MODES, of the frame borders that `box` touches."""
    touched = {
        "left": box.left <= 0,
        "right": box.right >= width_px,
        "up": box.top <= 0,
        "down": box.bottom >= height_px,
    }
    return _MODE_OF_SIDES[frozenset(side for side, touches in touched.items() if touches)]


def _official_clips(boxes: Sequence[Box]) -> Iterator[tuple[int, int, Box]]:
    """Per clip its first frame, the frame after its last one, and its box."""
    start = 0
    for index in range(1, len(boxes) - 1):
        areas = [box.area for box in boxes[start:index]]
        grown = union(boxes[start : index + 1])
        if any(areas) and min(areas) < _SMALLEST_SHARE * grown.area:
            yield start, index, union(boxes[start:index])
            start = index
    if boxes:
        yield start, len(boxes), union(boxes[start:])


def _corrected_clips(boxes: Sequence[Box | None]) -> Iterator[tuple[int, int, Box]]:
    """As `_official_clips`, of the frames with somebody, the current frame tested as well."""
    start = 0
    held: list[Box] = []
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


def _crop(box: Box, width_px: int, height_px: int) -> Box:
    """`box`, or for an empty one the frame without its last row and column, as official."""
    if box.area > 0:
        return box
    crop = Box(0, width_px - 1, 0, height_px - 1)
    if crop.area == 0:
        raise TemplateError(
            f"No person is seen in any frame of the template, and its frames of {width_px}x"
            f"{height_px} pixels are too small to crop; use a template that shows a person."
        )
    return crop
