"""One person's body over the frames of a video."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mimo_runtime.analysis.body_landmarks import Body, BodyFinder
from mimo_runtime.analysis.frame import Frame
from mimo_runtime.analysis.region import overlap
from mimo_runtime.analysis.tracks import FramePeople


@dataclass(frozen=True, slots=True, eq=False)
class SeenBody:
    """The chosen person in frame `index`: `body` is None where the person is not in it.

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
        before = finder.find(frame.pixels, chosen.person, before)
        near = [
            other.person
            for other in seen.people
            if other.number != number and overlap(other.person.box, chosen.person.box) > 0
        ]
        others = tuple(finder.find(frame.pixels, person) for person in near)
        yield SeenBody(seen.index, seen.time_s, before, others)
