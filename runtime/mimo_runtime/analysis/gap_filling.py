"""People between two frames in which they were seen."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.person import Person
from mimo_runtime.analysis.tracker import LONGEST_LOSS_S, Tracked
from mimo_runtime.analysis.tracks import FramePeople

Seen = tuple[int, Tracked]  # place of the frame, and the person in it


def fill_gaps(
    frames: Sequence[FramePeople], longest_s: float = LONGEST_LOSS_S
) -> tuple[FramePeople, ...]:
    """The frames of a clip with everybody who was lost for a while where they were on the way.

    Whoever is missing for at most `longest_s` between two frames of one shot stands in a straight
    line between the two, `interpolated`. Who was seen stays as seen; who comes or goes is not
    interpolated.
    """
    added: list[list[Tracked]] = [[] for _ in frames]
    for seen in _seen_by_person(frames):
        for before, after in pairwise(seen):
            if frames[after[0]].time_s - frames[before[0]].time_s <= longest_s:
                _bridge(frames, before, after, added)
    return tuple(
        replace(frame, people=tuple(sorted((*frame.people, *more), key=lambda one: one.number)))
        for frame, more in zip(frames, added, strict=True)
    )


def between(one: Person, other: Person, share: float) -> Person:
    """The person at `share` (0..1) of the way from `one` to `other`, in the clothes of `one`.

    A keypoint is as sure as the less sure of the two.
    """
    sides = [
        a + share * (b - a)
        for a, b in zip(_sides(one.box), _sides(other.box), strict=True)
    ]  # fmt: skip
    keypoints = one.keypoints + share * (other.keypoints - one.keypoints)
    keypoints[:, 2] = (one.keypoints[:, 2]).clip(None, other.keypoints[:, 2])
    return Person(BBox(*sides), keypoints, min(one.score, other.score), one.colours)


def _seen_by_person(frames: Sequence[FramePeople]) -> list[list[Seen]]:
    """When each person of each shot was seen; a cut ends all numbers."""
    found: dict[tuple[int, int], list[Seen]] = {}
    shot = 0
    for place, frame in enumerate(frames):
        shot += frame.cut
        for one in frame.people:
            found.setdefault((shot, one.number), []).append((place, one))
    return list(found.values())


def _bridge(
    frames: Sequence[FramePeople], before: Seen, after: Seen, added: list[list[Tracked]]
) -> None:
    (first, one), (last, other) = before, after
    length_s = frames[last].time_s - frames[first].time_s
    for place in range(first + 1, last):
        share = (frames[place].time_s - frames[first].time_s) / length_s
        person = between(one.person, other.person, share)
        added[place].append(Tracked(one.number, person, recovered=True, interpolated=True))


def _sides(box: BBox) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom
