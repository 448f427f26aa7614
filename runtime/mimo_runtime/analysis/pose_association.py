"""Whose body is whose where people are close to each other."""

from collections.abc import Mapping, Sequence

import numpy as np

from mimo_runtime.analysis.assignment import FORBIDDEN, assign
from mimo_runtime.analysis.bbox import intersection_over_union
from mimo_runtime.analysis.frame import Pixels
from mimo_runtime.analysis.masking import without_people
from mimo_runtime.analysis.person import keypoint_distance
from mimo_runtime.analysis.pose_estimate import PoseEstimate, PoseEstimator
from mimo_runtime.analysis.tracker import Tracked
from mimo_runtime.analysis.tuning import TUNING


def associate_poses(
    pixels: Pixels,
    people: Sequence[Tracked],
    finder: PoseEstimator,
    leans_rad: Sequence[float | None],
) -> tuple[PoseEstimate | None, ...]:
    """The body of each of `people`, who are close to each other, in the frame `pixels`.

    The network may take one for another: what it finds goes to the person it fits best. Who is
    left without one is looked for again with all others painted over. None where nothing was found
    that is plausibly that person.

    Args:
        pixels: uint8 [height, width, 3].
        people: seen or interpolated in this frame.
        finder: of bodies.
        leans_rad: of each person in the frame before, None where not known.
    """
    first = {
        place: finder.find(pixels, one.person, leans_rad[place])
        for place, one in enumerate(people)
        if not one.interpolated
    }
    if len(people) == 1 and first:
        return (first[0],)
    found = _shared(people, first)
    for place in sorted(range(len(people)), key=lambda place: people[place].interpolated):
        others = [body for body in found if body is not None]
        if found[place] is None:
            alone = without_people(pixels, others) if others else pixels
            body = finder.find(alone, people[place].person, leans_rad[place])
            if _fits(people[place], body, others):
                found[place] = body
    return tuple(found)


def _shared(
    people: Sequence[Tracked], bodies: Mapping[int, PoseEstimate]
) -> list[PoseEstimate | None]:
    """The `bodies` given to the people whom they fit best; of two that are one the better."""
    found: list[PoseEstimate | None] = [None] * len(people)
    places, several = list(bodies), list(bodies.values())
    costs = [[_cost(people[place], body) for body in several] for place in places]
    for row, column in sorted(assign(costs), key=lambda pair: costs[pair[0]][pair[1]]):
        if not any(_same(several[column], other) for other in found if other):
            found[places[row]] = several[column]
    return found


def _fits(one: Tracked, body: PoseEstimate, others: Sequence[PoseEstimate]) -> bool:
    return _cost(one, body) < FORBIDDEN and not any(_same(body, other) for other in others)


def _cost(one: Tracked, body: PoseEstimate) -> float:
    """How badly `body` fits; `FORBIDDEN` where it is not that person's."""
    if body.presence < TUNING.associated_presence:
        return FORBIDDEN
    person = body.person()
    distance = keypoint_distance(one.person, person)
    apart = 1 - intersection_over_union(one.person.box, person.box)
    if distance is None:
        return apart if apart <= TUNING.least_alike else FORBIDDEN
    return distance + TUNING.box_cost * apart if distance < TUNING.farthest_pose else FORBIDDEN


def _same(one: PoseEstimate, other: PoseEstimate) -> bool:
    apart = np.linalg.norm(one.points[:, :2] - other.points[:, :2], axis=1).mean()
    return bool(apart < TUNING.same_pose * min(one.crop.side_px, other.crop.side_px))
