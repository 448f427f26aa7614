"""What everybody in a shot wears, and whose pixel is whose where people cross."""

from collections.abc import Mapping, Sequence

import numpy as np

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.colours import ColourModel, assign_pixels, bins_of, no_colours
from mimo_runtime.analysis.person_segmenter import normalise_overlap
from mimo_runtime.analysis.tracker import Tracked
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats, Pixels


class AppearanceModels:
    """Colour models of people by number, and of what is around them."""

    def __init__(self) -> None:
        self._models: dict[int, ColourModel] = {}
        self._ground = no_colours()

    def learn(
        self, pixels: Pixels, masks: Mapping[int, Floats], in_company: bool, index: int
    ) -> None:
        """Take the colours of a frame in which people stand apart.

        Args:
            pixels: uint8 [height, width, 3].
            masks: by number, float32 [height, width] 0..1.
            in_company: whether more than one is in the frame; else few frames are enough.
            index: of the frame.
        """
        if not masks or (not in_company and index % TUNING.learn_every_frames):
            return
        bins = bins_of(pixels[:: TUNING.learn_step, :: TUNING.learn_step])
        planes = {
            number: mask[:: TUNING.learn_step, :: TUNING.learn_step]
            for number, mask in masks.items()
        }
        total = np.sum(list(planes.values()), axis=0)
        for number, plane in planes.items():
            alone = (plane > TUNING.alone) & (total - plane < TUNING.elsewhere)
            self._models[number] = self._model(number).learned(bins, alone)
        self._ground = self._ground.learned(bins, total < TUNING.nobody)

    def assign_pixels(
        self, pixels: Pixels, people: Sequence[Tracked], masks: Mapping[int, Floats]
    ) -> dict[int, Floats]:
        """The masks of `people`, who cross, with every pixel one's, by shape and colour.

        Who has no mask in `masks` gets one from the colours in the box alone, if they are known.

        Args:
            pixels: uint8 [height, width, 3].
            people: who touch each other.
            masks: by number, float32 [height, width] 0..1, each as if nobody else were there.
        """
        height, width = pixels.shape[:2]
        left, top, right, bottom = _around(
            [tracked.person.box for tracked in people], width, height
        )
        part = np.s_[top:bottom, left:right]
        shapes = {
            tracked.number: masks[tracked.number][part]
            if tracked.number in masks
            else _in_box(tracked, part)
            for tracked in people
            if tracked.number in masks or (self._model(tracked.number).known and self._ground.known)
        }
        ground = np.prod([1 - shape for shape in shapes.values()], axis=0)
        models = [*(self._model(number) for number in shapes), self._ground]
        blur_px = TUNING.appearance_blur * max(tracked.person.box.height for tracked in people)
        planes = assign_pixels([*shapes.values(), ground], models, bins_of(pixels[part]), blur_px)
        taken = 1 - planes[-1]
        decided = [
            plane if number in masks else _decided(plane, taken - plane)
            for number, plane in zip(shapes, planes[:-1], strict=True)
        ]
        assigned = {}
        for number, plane in zip(shapes, normalise_overlap(decided), strict=True):
            assigned[number] = masks[number].copy() if number in masks else _empty(height, width)
            assigned[number][part] = plane
        return assigned

    def _model(self, number: int) -> ColourModel:
        return self._models.get(number) or no_colours()


def _around(boxes: Sequence[BBox], width_px: int, height_px: int) -> tuple[int, int, int, int]:
    union = boxes[0]
    for box in boxes[1:]:
        union = union.joined(box)
    room = TUNING.appearance_room * max(box.height for box in boxes)
    wide = BBox(union.left - room, union.top - room, union.right + room, union.bottom + room)
    part = wide.within(width_px, height_px)
    return int(part.left), int(part.top), int(np.ceil(part.right)), int(np.ceil(part.bottom))


def _in_box(tracked: Tracked, part: tuple[slice, slice]) -> Floats:
    """Of the `part` of a frame what the person's box takes: float32, 0 or what a box says."""
    rows, columns = (np.arange(side.start, side.stop) + 0.5 for side in part)
    box = tracked.person.box
    down = (rows >= box.top) & (rows < box.bottom)
    across = (columns >= box.left) & (columns < box.right)
    return np.asarray(TUNING.box_probability * (down[:, None] & across), np.float32)


def _decided(plane: Floats, others: Floats) -> Floats:
    """`plane` with less in doubt; of a pixel no more than what `others` leave of it."""
    least, most = TUNING.not_by_colour, TUNING.wholly_by_colour
    decided = ((plane - least) / (most - least)).clip(0, 1)
    return np.asarray(np.minimum(decided, 1 - others), np.float32)


def _empty(height: int, width: int) -> Floats:
    return np.zeros((height, width), np.float32)
