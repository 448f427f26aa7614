"""A whole clip taken apart, frame by frame: scene, shadow, and what is in front."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.ahead import ahead, mapped
from mimo_runtime.layers.areas import grown
from mimo_runtime.layers.camera import CameraPath
from mimo_runtime.layers.difference import changed
from mimo_runtime.layers.frames import Flags, Frames, Pixels, check_size, inside, levels_of
from mimo_runtime.layers.last_whole import LastWhole
from mimo_runtime.layers.moving import joined, people_area
from mimo_runtime.layers.occluders import OccluderFinder, Occlusion
from mimo_runtime.layers.plate import Plate, PlateFacts
from mimo_runtime.layers.plate_builder import PlateBuilder, plates_of
from mimo_runtime.layers.removal import (
    human_area,
    margin_px,
    removal_alpha,
    without_human,
)
from mimo_runtime.layers.shadow import darker, shadow_area
from mimo_runtime.layers.sighting import Look, Sighting
from mimo_runtime.layers.standing_front import StandingFront
from mimo_runtime.layers.standing_votes import StandingVotes, alike
from mimo_runtime.layers.trust import HIDDEN, Trust, trust_in

Sightings = Callable[[], Iterator[Sighting]]
"""Opens the sightings of a clip, one for every frame."""

Seen = tuple[Pixels, Sighting]


@dataclass(frozen=True, slots=True, eq=False)
class LayerFrame:
    """The layers of frame `index`.

    `human`: uint8 [height, width], the sighting's mask without what is in front of the human.
    `scene`: uint8 [height, width, 3], the frame without the human. `replaced`: uint8 [height,
    width], how much of it is not the frame's; where 0, the scene equals the frame. `shadow`: of the
    human, bool [height, width]. `occlusion`: what is in front. `plate`: of which it is. `misfit`:
    share of the picture without people that is not like the plate, 0..1: what moves there, and
    what is misaligned.
    """

    index: int
    human: NDArray[np.uint8]
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
        """Every frame in order; reads the clip three times, side by side.

        Each segment is read whole for a first plate, then for the plate without what moves, and
        then for its layers. Threads work on several frames at a time.

        Raises:
            MediaError: not as many sightings as frames, or masks of another size.
        """
        seen = zip(self.frames(), self.sightings(), strict=True)
        again = zip(self.frames(), self.sightings(), strict=True)
        for guess in plates_of(self.frames, _trusts(self.sightings), self.path, hurried=True):
            first, count = guess.segment.first, guess.segment.count
            plate, standing = _settled(guess, islice(again, count), self.path)
            looks = mapped(partial(_look, plate), enumerate(islice(seen, count), first))
            yield from mapped(partial(_layer_frame, plate), _occlusions(looks, standing))


def _settled(guess: Plate, seen: Iterator[Seen], path: CameraPath) -> tuple[Plate, StandingFront]:
    """The plate without what moves, and what stands on it in front of the human."""
    builder, votes = PlateBuilder(path, guess.segment), StandingVotes(guess)
    for one in ahead(_compared(seen, guess)):
        builder.add(one.pixels, one.trust)
        votes.add(one.index, one.sighting, one.alike, one.different)
    plate = builder.plate()
    return plate, StandingFront(plate, votes)


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """A frame beside a plate: surely `alike` or `different`, bool [height, width] both."""

    index: int
    pixels: Pixels
    sighting: Sighting
    trust: Trust
    alike: Flags
    different: Flags


def _compared(seen: Iterator[Seen], plate: Plate) -> Iterator[_Compared]:
    last = LastWhole()
    for index, (pixels, sighting) in enumerate(seen, plate.segment.first):
        height, width = pixels.shape[:2]
        view = plate.view(index, width, height)
        unseen = plate.view_unseen(index, width, height)
        known = people_area(sighting)
        different = changed(pixels, view, inside(sighting.human))
        moving = joined(different & ~known, unseen & ~known)
        trust = trust_in(sighting, last)
        trust[moving] = HIDDEN
        same = alike(pixels, view) & ~unseen & ~moving
        yield _Compared(index, pixels, sighting, trust, same, different & ~unseen)


def _trusts(sightings: Sightings) -> Callable[[], Iterator[Trust]]:
    def trusts() -> Iterator[Trust]:
        last = LastWhole()
        for index, one in enumerate(sightings()):
            for mask in (one.expected, one.nearness):
                if mask is not None:
                    check_size(inside(one.human), mask, index)
            yield trust_in(one, last)

    return trusts


def _look(plate: Plate, numbered: tuple[int, Seen]) -> Look:
    index, (pixels, sighting) = numbered
    height, width = pixels.shape[:2]
    view = plate.view(index, width, height)
    unseen = plate.view_unseen(index, width, height)
    human, foreign = inside(sighting.human), sighting.foreign()
    whole = None if sighting.expected is None else inside(sighting.expected)
    shade, different = darker(pixels, view), changed(pixels, view, human)
    shadow = shadow_area(shade, human, foreign, whole)
    return Look(index, pixels, view, unseen, different, shade, shadow, sighting)


def _occlusions(looks: Iterator[Look], standing: StandingFront) -> Iterator[tuple[Look, Occlusion]]:
    finder = OccluderFinder(standing)
    for look in looks:
        yield from finder.add(look)
    yield from finder.rest()


def _layer_frame(plate: Plate, decided: tuple[Look, Occlusion]) -> LayerFrame:
    look, occlusion = decided
    kept = occlusion.alpha.astype(np.float32) / 255
    height, width = look.shadow.shape
    foreign = grown(look.sighting.foreign() | (kept > 0), margin_px(width, height))
    human = human_area(look.sighting.human)
    alpha = removal_alpha(human, look.shadow, np.asarray(kept, np.float32))
    scene = without_human(look.pixels, look.view, alpha, foreign)
    free = ~(human | foreign | look.shadow | look.unseen)
    misfit = float((look.different & free).sum()) / max(1, int(free.sum()))
    mask = (levels_of(look.sighting.human) * (1 - kept) + 0.5).astype(np.uint8)
    return LayerFrame(look.index, mask, scene, alpha, look.shadow, occlusion, plate.facts, misfit)
