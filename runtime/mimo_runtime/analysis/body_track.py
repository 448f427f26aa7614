"""One person's body over the frames of a video."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mimo_runtime.analysis.body_landmarks import Body, BodyFinder
from mimo_runtime.analysis.frame import Frame
from mimo_runtime.analysis.painting import without_people
from mimo_runtime.analysis.person import Person
from mimo_runtime.analysis.region import Region, intersection_over_union, overlap
from mimo_runtime.analysis.tracks import FramePeople

_SAME = 0.08  # of the crop's side: bodies nearer to each other than this are one


@dataclass(frozen=True, slots=True, eq=False)
class SeenBody:
    """The chosen person in frame `index`: `body` is None where the person is not to be seen.

    `others` are the bodies of people whose boxes touch the person's, for masks that keep apart.
    """

    index: int
    time_s: float
    body: Body | None
    others: tuple[Body, ...]


def follow_body(
    frames: Iterable[Frame], people: Iterable[FramePeople], number: int, finder: BodyFinder
) -> Iterator[SeenBody]:
    """The body of person `number` in each frame; nothing but the last one is kept.

    Where somebody near is found instead, all who are near are painted over and the body is looked
    for again; None where it is still not found.

    Args:
        frames: of the video, and `people` who is in each of them (`tracks.follow_people`).
        number: whose body is wanted.
        finder: of bodies.
    """
    before: Body | None = None
    for frame, seen in zip(frames, people, strict=True):
        chosen = seen.numbered(number)
        before = None if seen.cut else before
        if chosen is None:
            yield SeenBody(seen.index, seen.time_s, None, ())
            continue
        near = [
            other.person
            for other in seen.people
            if other.number != number and overlap(other.person.box, chosen.person.box) > 0
        ]
        others = tuple(finder.find(frame.pixels, person) for person in near)
        body = finder.find(frame.pixels, chosen.person, before)
        if _taken(body, chosen.person.box, near, others):
            alone = without_people(frame.pixels, others)
            body = finder.find(alone, chosen.person, before)
        if _taken(body, chosen.person.box, near, others):
            yield SeenBody(seen.index, seen.time_s, None, others)
            continue
        before = body
        yield SeenBody(seen.index, seen.time_s, body, others)


def _taken(body: Body, box: Region, people: Sequence[Person], others: Sequence[Body]) -> bool:
    """Whether `body` is that of one of the `people` near, found a second time."""
    found = body.region()
    return any(
        np.linalg.norm(body.points[:, :2] - other.points[:, :2], axis=1).mean()
        < _SAME * other.crop.side_px
        and intersection_over_union(found, person.box) > intersection_over_union(found, box)
        for person, other in zip(people, others, strict=True)
    )
