"""A whole clip taken apart, frame by frame: scene, shadow, and what is in front."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.arrays import Pixels
from mimo_runtime.concurrency import parallel_map, prefetch
from mimo_runtime.layers.camera.motion import CameraMotion
from mimo_runtime.layers.frame_masks import FrameMasks, FrameVsPlate
from mimo_runtime.layers.frames import Flags, Frames, check_size, inside, levels_of
from mimo_runtime.layers.masks import change_mask, dilate
from mimo_runtime.layers.occluders.finder import OccluderFinder, Occlusion
from mimo_runtime.layers.occluders.static import StaticOccluders, StaticVotes, alike
from mimo_runtime.layers.plate.builder import PlateBuilder, plates_of
from mimo_runtime.layers.plate.plate import Plate, PlateFacts
from mimo_runtime.layers.plate.visibility import (
    HIDDEN,
    LastFullSilhouette,
    Visibility,
    next_visibility,
)
from mimo_runtime.layers.removal.removal import (
    joined,
    margin_px,
    people_area,
    person_area,
    removal_alpha,
    without_person,
)
from mimo_runtime.layers.removal.shadow import darker, shadow_area

ClipMasks = Callable[[], Iterator[FrameMasks]]
"""Opens the masks of a clip from its first frame on, one for every frame."""

MaskedFrame = tuple[Pixels, FrameMasks]


@dataclass(frozen=True, slots=True, eq=False)
class LayerFrame:
    """The layers of frame `index`.

    `person`: uint8 [height, width], the mask without what is in front of the person.
    `scene`: uint8 [height, width, 3], the frame without the person. `replaced`: uint8 [height,
    width], how much of it is not the frame's; where 0, the scene equals the frame. `shadow`: of the
    person, bool [height, width]. `occlusion`: what is in front. `plate`: that of its segment.
    `misfit`: share of the picture without people that is not like the plate, 0..1: what moves
    there, and what is misaligned.
    """

    index: int
    person: NDArray[np.uint8]
    scene: Pixels
    replaced: NDArray[np.uint8]
    shadow: Flags
    occlusion: Occlusion
    plate: PlateFacts
    misfit: float


@dataclass(frozen=True, slots=True)
class Separation:
    """A clip to be taken apart: `frames` and their `clip_masks`, as its `camera` moves."""

    frames: Frames
    clip_masks: ClipMasks
    camera: CameraMotion

    def layers(self) -> Iterator[LayerFrame]:
        """Every frame in order; reads the clip three times, side by side.

        Each segment is read whole for a first plate, then for the plate without what moves, and
        then for its layers. Threads work on several frames at a time.

        Raises:
            MediaError: not as many masks as frames, or masks of another size.
        """
        masked = zip(self.frames(), self.clip_masks(), strict=True)
        again = zip(self.frames(), self.clip_masks(), strict=True)
        for guess in plates_of(
            self.frames, _visibilities(self.clip_masks), self.camera, hurried=True
        ):
            first, count = guess.segment.first, guess.segment.count
            plate, standing = _settled(guess, islice(again, count), self.camera)
            numbered = enumerate(islice(masked, count), first)
            views = parallel_map(partial(_against_plate, plate), numbered)
            yield from parallel_map(partial(_layer_frame, plate), _occlusions(views, standing))


def _settled(
    guess: Plate, masked: Iterator[MaskedFrame], camera: CameraMotion
) -> tuple[Plate, StaticOccluders]:
    """The plate without what moves, and what stands on it in front of the person."""
    builder, votes = PlateBuilder(camera, guess.segment), StaticVotes(guess)
    for compared in prefetch(_compared(masked, guess)):
        builder.add(compared.pixels, compared.visibility)
        votes.add(compared.index, compared.masks, compared.alike, compared.different)
    plate = builder.plate()
    return plate, StaticOccluders(plate, votes)


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """A frame beside a plate: surely `alike` or `different`, bool [height, width] both."""

    index: int
    pixels: Pixels
    masks: FrameMasks
    visibility: Visibility
    alike: Flags
    different: Flags


def _compared(masked: Iterator[MaskedFrame], plate: Plate) -> Iterator[_Compared]:
    last = LastFullSilhouette()
    for index, (pixels, masks) in enumerate(masked, plate.segment.first):
        height, width = pixels.shape[:2]
        view = plate.view(index, width, height)
        unseen = plate.view_unseen(index, width, height)
        known = people_area(masks)
        different = change_mask(pixels, view, inside(masks.person))
        moving = joined(different & ~known, unseen & ~known)
        visibility = next_visibility(masks, last)
        visibility[moving] = HIDDEN
        same = alike(pixels, view) & ~unseen & ~moving
        yield _Compared(index, pixels, masks, visibility, same, different & ~unseen)


def _visibilities(clip_masks: ClipMasks) -> Callable[[], Iterator[Visibility]]:
    def visibilities() -> Iterator[Visibility]:
        last = LastFullSilhouette()
        for index, masks in enumerate(clip_masks()):
            for mask in (masks.expected, masks.inverse_depth):
                if mask is not None:
                    check_size(inside(masks.person), mask, index)
            yield next_visibility(masks, last)

    return visibilities


def _against_plate(plate: Plate, numbered: tuple[int, MaskedFrame]) -> FrameVsPlate:
    index, (pixels, masks) = numbered
    height, width = pixels.shape[:2]
    view = plate.view(index, width, height)
    unseen = plate.view_unseen(index, width, height)
    person, foreign = inside(masks.person), masks.foreign()
    amodal = None if masks.expected is None else inside(masks.expected)
    shade, different = darker(pixels, view), change_mask(pixels, view, person)
    shadow = shadow_area(shade, person, foreign, amodal)
    return FrameVsPlate(index, pixels, view, unseen, different, shade, shadow, masks)


def _occlusions(
    views: Iterator[FrameVsPlate], standing: StaticOccluders
) -> Iterator[tuple[FrameVsPlate, Occlusion]]:
    finder = OccluderFinder(standing)
    for compared in views:
        yield from finder.add(compared)
    yield from finder.rest()


def _layer_frame(plate: Plate, decided: tuple[FrameVsPlate, Occlusion]) -> LayerFrame:
    compared, occlusion = decided
    kept = occlusion.alpha.astype(np.float32) / 255
    height, width = compared.shadow.shape
    foreign = dilate(compared.masks.foreign() | (kept > 0), margin_px(width, height))
    person = person_area(compared.masks.person)
    alpha = removal_alpha(person, compared.shadow, np.asarray(kept, np.float32))
    scene = without_person(compared.pixels, compared.view, alpha, foreign)
    free = ~(person | foreign | compared.shadow | compared.unseen)
    misfit = float((compared.different & free).sum()) / max(1, int(free.sum()))
    mask = (levels_of(compared.masks.person) * (1 - kept) + 0.5).astype(np.uint8)
    return LayerFrame(
        compared.index, mask, scene, alpha, compared.shadow, occlusion, plate.facts, misfit
    )
