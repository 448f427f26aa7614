"""People between two frames in which they were seen."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.person import DetectedPerson
from mimo_runtime.analysis.tracker import LONGEST_LOSS_S, Tracked
from mimo_runtime.analysis.tracks import FramePeople

Observation = tuple[int, Tracked]  # place of the frame, and the person in it


def fill_gaps(
    frames: Sequence[FramePeople], longest_s: float = LONGEST_LOSS_S
) -> tuple[FramePeople, ...]:
    """The frames of a clip with everybody who was lost for a while where they were on the way.

    Whoever is missing for at most `longest_s` between two frames of one shot stands in a straight
    line between the two, `interpolated`. Who was seen stays as seen; who comes or goes is not
    interpolated.
    """
    added: list[list[Tracked]] = [[] for _ in frames]
    for observations in _observations_by_person(frames):
        for before, after in pairwise(observations):
            if frames[after[0]].time_s - frames[before[0]].time_s <= longest_s:
                _bridge(frames, before, after, added)
    return tuple(
        replace(
            frame, people=tuple(sorted((*frame.people, *more), key=lambda person: person.number))
        )
        for frame, more in zip(frames, added, strict=True)
    )


def between(before: DetectedPerson, after: DetectedPerson, share: float) -> DetectedPerson:
    """The person at `share` (0..1) of the way from `before` to `after`, in the clothes of `before`.

    A keypoint is as sure as the less sure of the two.
    """
    sides = [
        a + share * (b - a)
        for a, b in zip(_sides(before.box), _sides(after.box), strict=True)
    ]  # fmt: skip
    keypoints = before.keypoints + share * (after.keypoints - before.keypoints)
    keypoints[:, 2] = (before.keypoints[:, 2]).clip(None, after.keypoints[:, 2])
    return DetectedPerson(BBox(*sides), keypoints, min(before.score, after.score), before.colours)


def _observations_by_person(frames: Sequence[FramePeople]) -> list[list[Observation]]:
    """When each person of each shot was seen; a cut ends all numbers."""
    by_person: dict[tuple[int, int], list[Observation]] = {}
    shot = 0
    for index, frame in enumerate(frames):
        shot += frame.cut
        for person in frame.people:
            by_person.setdefault((shot, person.number), []).append((index, person))
    return list(by_person.values())


def _bridge(
    frames: Sequence[FramePeople],
    before: Observation,
    after: Observation,
    added: list[list[Tracked]],
) -> None:
    (first, earlier), (last, later) = before, after
    length_s = frames[last].time_s - frames[first].time_s
    for index in range(first + 1, last):
        share = (frames[index].time_s - frames[first].time_s) / length_s
        person = between(earlier.person, later.person, share)
        added[index].append(Tracked(earlier.number, person, recovered=True, interpolated=True))


def _sides(box: BBox) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom
