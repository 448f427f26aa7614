"""Everybody in one frame: whose body and mask is whose, also where people cross."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.appearance import AppearanceModels
from mimo_runtime.analysis.estimators import Estimators
from mimo_runtime.analysis.person_segmenter import normalise_overlap
from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.analysis.pose_track import TrackedPose
from mimo_runtime.analysis.tracker import Tracked
from mimo_runtime.analysis.tracks import FramePeople
from mimo_runtime.decomposition.clip import Pixels

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PersonMask:
    """Person `number`: `body`, and `mask`, float32 [height, width] 0..1.

    `body` is None where the network found nobody, or somebody else, and the mask is that of the
    colours of the clothes alone.
    """

    number: int
    body: PoseEstimate | None
    mask: Plane


class FrameSegmenter:
    """The people of frame after frame; what they wear is learned where they stand apart."""

    def __init__(self, estimators: Estimators, number: int) -> None:
        """Of the person `number` and everybody else."""
        self._estimators = estimators
        self._number = number
        self._wardrobe = AppearanceModels()

    def look(self, pixels: Pixels, who: FramePeople, seen: TrackedPose) -> list[PersonMask]:
        """The main person, if in the frame, and then all others.

        Also those who are far away: they may stand where the scene is to be seen, or where
        something dark would be taken for the person's shadow.

        Args:
            pixels: the frame, uint8 [height, width, 3].
            who: is in the frame (`bridging.fill_gaps`).
            seen: the main person's body, with those of people who touch it.
        """
        if who.cut:
            self._wardrobe = AppearanceModels()
        people = self._people(who, seen)
        bodies = self._bodies(pixels, people, seen)
        crossing = [one for one in people if one.number in (self._number, *seen.touching)]
        if len(crossing) > 1:
            masks = self._masks(pixels, bodies, {one.number for one in crossing})
            masks |= self._wardrobe.assign_pixels(pixels, crossing, masks)
        else:
            masks = self._masks(pixels, bodies, set())
            if len(masks) > 1:
                masks = dict(zip(masks, normalise_overlap(list(masks.values())), strict=True))
            self._wardrobe.learn(pixels, masks, len(people) > 1, who.index)
        numbers = [one.number for one in people if one.number in masks]
        return [PersonMask(number, bodies.get(number), masks[number]) for number in numbers]

    def _people(self, who: FramePeople, seen: TrackedPose) -> list[Tracked]:
        """The main person first; nobody who is guessed to be far from it."""
        chosen = who.numbered(self._number)
        others = [
            one
            for one in who.people
            if one is not chosen and (one.number in seen.touching or not one.interpolated)
        ]
        return others if chosen is None else [chosen, *others]

    def _bodies(
        self, pixels: Pixels, people: Sequence[Tracked], seen: TrackedPose
    ) -> dict[int, PoseEstimate]:
        found = dict(seen.others)
        if seen.body is not None:
            found[self._number] = seen.body
        for one in people:
            if one.number != self._number and one.number not in seen.touching:
                found[one.number] = self._estimators.bodies.find(pixels, one.person)
        return found

    def _masks(
        self, pixels: Pixels, bodies: dict[int, PoseEstimate], crossing: set[int]
    ) -> dict[int, Plane]:
        """The mask of each body; those of the `crossing` as if nobody else were there."""
        masks = {}
        for number, body in bodies.items():
            apart = () if number in crossing else [o for n, o in bodies.items() if n != number]
            masks[number] = self._estimators.masks.find(pixels, body, apart)
        return masks
