"""Whose body is whose where people are close to each other."""

from collections.abc import Mapping, Sequence

import numpy as np

from mimo_runtime.analysis.assignment import FORBIDDEN, assign
from mimo_runtime.analysis.bbox import intersection_over_union
from mimo_runtime.analysis.person import keypoint_distance
from mimo_runtime.analysis.pose_estimate import PoseEstimate, PoseEstimator
from mimo_runtime.analysis.tracker import Tracked
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Pixels


def associate_poses(
    pixels: Pixels,
    people: Sequence[Tracked],
    finder: PoseEstimator,
    rolls_rad: Sequence[float | None],
) -> tuple[PoseEstimate | None, ...]:
    """The body of each of `people`, who are close to each other, in the frame `pixels`.

    The network may take one for another: what it finds goes to the person it fits best. Who is
    left without one is looked for again with all others painted over. None where nothing was found
    that is plausibly that person.

    Args:
        pixels: uint8 [height, width, 3].
        people: seen or interpolated in this frame.
        finder: of bodies.
        rolls_rad: of each person in the frame before, None where not known.
    """
    first = {
        index: finder.find(pixels, tracked.person, rolls_rad[index])
        for index, tracked in enumerate(people)
        if not tracked.interpolated
    }
    if len(people) == 1 and first:
        return (first[0],)
    poses = _shared(people, first)
    for index in sorted(range(len(people)), key=lambda index: people[index].interpolated):
        others = [body for body in poses if body is not None]
        if poses[index] is None:
            alone = without_people(pixels, others) if others else pixels
            body = finder.find(alone, people[index].person, rolls_rad[index])
            if _fits(people[index], body, others):
                poses[index] = body
    return tuple(poses)


def without_people(pixels: Pixels, bodies: Sequence[PoseEstimate]) -> Pixels:
    """The frame `pixels` with all `bodies`, one at least, in the mean colour of the frame."""
    height, width = pixels.shape[:2]
    masks = [body.crop.plane_in_frame(body.mask, width, height) for body in bodies]
    covered = np.max(masks, axis=0)[..., None]
    plain = pixels.mean(axis=(0, 1), dtype=np.float32)
    return np.asarray(pixels + covered * (plain - pixels), np.uint8)


def _shared(
    people: Sequence[Tracked], bodies: Mapping[int, PoseEstimate]
) -> list[PoseEstimate | None]:
    """The `bodies` given to the people whom they fit best; of two that are one the better."""
    poses: list[PoseEstimate | None] = [None] * len(people)
    indices, several = list(bodies), list(bodies.values())
    costs = [[_cost(people[index], body) for body in several] for index in indices]
    for row, column in sorted(assign(costs), key=lambda pair: costs[pair[0]][pair[1]]):
        if not any(_same(several[column], other) for other in poses if other):
            poses[indices[row]] = several[column]
    return poses


def _fits(tracked: Tracked, body: PoseEstimate, others: Sequence[PoseEstimate]) -> bool:
    return _cost(tracked, body) < FORBIDDEN and not any(_same(body, other) for other in others)


def _cost(tracked: Tracked, body: PoseEstimate) -> float:
    """How badly `body` fits; `FORBIDDEN` where it is not that person's."""
    if body.presence < TUNING.associated_presence:
        return FORBIDDEN
    person = body.person()
    distance = keypoint_distance(tracked.person, person)
    apart = 1 - intersection_over_union(tracked.person.box, person.box)
    if distance is None:
        return apart if apart <= TUNING.least_alike else FORBIDDEN
    return distance + TUNING.box_cost * apart if distance < TUNING.farthest_pose else FORBIDDEN


def _same(first: PoseEstimate, second: PoseEstimate) -> bool:
    apart = np.linalg.norm(first.points[:, :2] - second.points[:, :2], axis=1).mean()
    return bool(apart < TUNING.same_pose * min(first.crop.side_px, second.crop.side_px))
