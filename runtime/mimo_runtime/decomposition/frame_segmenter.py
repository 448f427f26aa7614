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
from mimo_runtime.arrays import Pixels

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
        self._appearance = AppearanceModels()

    def segment(self, pixels: Pixels, who: FramePeople, pose: TrackedPose) -> list[PersonMask]:
        """The main person, if in the frame, and then all others.

        Also those who are far away: they may stand where the scene is to be seen, or where
        something dark would be taken for the person's shadow.

        Args:
            pixels: the frame, uint8 [height, width, 3].
            who: is in the frame (`gap_filling.fill_gaps`).
            pose: the main person's body, with those of people who touch it.
        """
        if who.cut:
            self._appearance = AppearanceModels()
        people = self._people(who, pose)
        bodies = self._bodies(pixels, people, pose)
        crossing = [person for person in people if person.number in (self._number, *pose.touching)]
        if len(crossing) > 1:
            masks = self._masks(pixels, bodies, {person.number for person in crossing})
            masks |= self._appearance.assign_pixels(pixels, crossing, masks)
        else:
            masks = self._masks(pixels, bodies, set())
            if len(masks) > 1:
                masks = dict(zip(masks, normalise_overlap(list(masks.values())), strict=True))
            self._appearance.learn(pixels, masks, len(people) > 1, who.index)
        numbers = [person.number for person in people if person.number in masks]
        return [PersonMask(number, bodies.get(number), masks[number]) for number in numbers]

    def _people(self, who: FramePeople, pose: TrackedPose) -> list[Tracked]:
        """The main person first; nobody who is guessed to be far from it."""
        chosen = who.numbered(self._number)
        others = [
            person
            for person in who.people
            if person is not chosen and (person.number in pose.touching or not person.interpolated)
        ]
        return others if chosen is None else [chosen, *others]

    def _bodies(
        self, pixels: Pixels, people: Sequence[Tracked], pose: TrackedPose
    ) -> dict[int, PoseEstimate]:
        bodies = dict(pose.others)
        if pose.body is not None:
            bodies[self._number] = pose.body
        for person in people:
            if person.number != self._number and person.number not in pose.touching:
                bodies[person.number] = self._estimators.bodies.find(pixels, person.person)
        return bodies

    def _masks(
        self, pixels: Pixels, bodies: dict[int, PoseEstimate], crossing: set[int]
    ) -> dict[int, Plane]:
        """The mask of each body; those of the `crossing` as if nobody else were there."""
        masks = {}
        for number, body in bodies.items():
            apart = () if number in crossing else [o for n, o in bodies.items() if n != number]
            masks[number] = self._estimators.masks.find(pixels, body, apart)
        return masks
