"""A whole clip taken apart, frame by frame: scene, shadow, and what is in front."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.layers.areas import grown
from mimo_runtime.layers.camera import CameraPath
from mimo_runtime.layers.camera_tracker import track_camera
from mimo_runtime.layers.difference import changed
from mimo_runtime.layers.frames import Flags, Frames, Mask, Pixels, check_size, inside
from mimo_runtime.layers.occluders import OccluderFinder, Occlusion
from mimo_runtime.layers.plate import Plate, PlateFacts
from mimo_runtime.layers.plate_builder import plates_of
from mimo_runtime.layers.removal import (
    cover_of,
    human_area,
    margin_px,
    removal_alpha,
    without_human,
)
from mimo_runtime.layers.shadow import darker, shadow_area
from mimo_runtime.layers.sighting import Look, Sighting

Sightings = Callable[[], Iterator[Sighting]]
"""Opens the sightings of a clip, one for every frame."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerFrame:
    """The layers of frame `index`.

    `scene`: uint8 [height, width, 3], the frame without the human. `replaced`: uint8 [height,
    width], how much of it is not the frame's; where 0, the scene equals the frame. `shadow`: of the
    human, bool [height, width]. `occlusion`: what is in front. `plate`: of which it is. `misfit`:
    share of the picture without people that is not like the plate, 0..1: what moves there, and
    what is misaligned.
    """

    index: int
    scene: Pixels
    replaced: NDArray[np.uint8]
    shadow: Flags
    occlusion: Occlusion
    plate: PlateFacts
    misfit: float


@dataclass(frozen=True, slots=True)
class Separation:
    """A clip to be taken apart: `frames` and their `sightings`, along the `path` of its camera."""

    frames: Frames
    sightings: Sightings
    path: CameraPath

    def layers(self) -> Iterator[LayerFrame]:
        """Every frame in order; reads the clip twice, side by side, one segment apart.

        Raises:
            MediaError: not as many sightings as frames, or masks of another size.
        """
        looks = zip(self.frames(), self.sightings(), strict=True)
        for plate in plates_of(self.frames, _hidden(self.sightings), self.path):
            finder = OccluderFinder(plate)
            for index in range(plate.segment.first, plate.segment.last + 1):
                pixels, sighting = next(looks)
                for done in finder.add(_look(index, pixels, sighting, plate)):
                    yield _layer_frame(*done, plate)
            for done in finder.rest():
                yield _layer_frame(*done, plate)


def separate(frames: Frames, sightings: Sightings, cuts: Collection[int] = ()) -> Separation:
    """Follows the camera (one pass over the clip), after which the layers can be read.

    Args:
        frames: the clip.
        sightings: what is known of each frame.
        cuts: frames that begin another shot.

    Raises:
        MediaError: no frames, or not as many sightings as frames.
    """
    return Separation(frames, sightings, track_camera(frames, _people(sightings), cuts))


def _people(sightings: Sightings) -> Callable[[], Iterator[Mask]]:
    return lambda: (human_area(one.human) | one.foreign() for one in sightings())


def _hidden(sightings: Sightings) -> Callable[[], Iterator[Mask]]:
    return lambda: (
        cover_of([one.human, *(other.mask for other in one.others)]) for one in sightings()
    )


def _look(index: int, pixels: Pixels, sighting: Sighting, plate: Plate) -> Look:
    for mask in (sighting.expected, sighting.nearness):
        if mask is not None:
            check_size(pixels, mask, index)
    height, width = pixels.shape[:2]
    view = plate.view(index, width, height)
    unseen = plate.view_unseen(index, width, height)
    human, foreign = inside(sighting.human), sighting.foreign()
    whole = None if sighting.expected is None else inside(sighting.expected)
    shade, different = darker(pixels, view), changed(pixels, view, human)
    shadow = shadow_area(shade, human, foreign, whole)
    return Look(index, pixels, view, unseen, different, shade, shadow, sighting)


def _layer_frame(look: Look, occlusion: Occlusion, plate: Plate) -> LayerFrame:
    kept = occlusion.alpha.astype(np.float32) / 255
    height, width = look.shadow.shape
    foreign = grown(look.sighting.foreign() | (kept > 0), margin_px(width, height))
    human = human_area(look.sighting.human)
    alpha = removal_alpha(human, look.shadow, np.asarray(kept, np.float32))
    scene = without_human(look.pixels, look.view, alpha, foreign)
    free = ~(human | foreign | look.shadow | look.unseen)
    misfit = float((look.different & free).sum()) / max(1, int(free.sum()))
    return LayerFrame(look.index, scene, alpha, look.shadow, occlusion, plate.facts, misfit)
