"""The same person over the frames of a shot."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mimo_runtime.analysis.assignment import assign
from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.matching import is_still, match_cost
from mimo_runtime.analysis.person import DetectedPerson
from mimo_runtime.analysis.tuning import TUNING

LONGEST_LOSS_S = 1.5
LONGEST_HOLD_S = 5.0

Hold = Callable[[DetectedPerson, float], Iterable[DetectedPerson]]
"""Looks closer for somebody expected, unseen for so many seconds; gives who it may be."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """`person` of one frame, who is `number` (1, 2, ... in the order of appearance).

    `recovered`: the detector missed the person, who was seen where it was expected. `interpolated`:
    the person was not seen, but was before and is after (`gap_filling`). `presence`: how sure the
    finder of bodies is that this is a person, 0..1; None where it was not asked.
    """

    number: int
    person: DetectedPerson
    recovered: bool = False
    interpolated: bool = False
    presence: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Track:
    number: int
    person: DetectedPerson
    seen_s: float
    found_s: float
    findings: int
    velocity_px_s: tuple[float, float] = (0.0, 0.0)


class Tracker:
    """Gives the people of each frame their numbers.

    People are matched by where they are expected (constant velocity), how their boxes and
    keypoints lie and what colours they wear, so that two who cross keep their numbers, and one who
    is hidden for up to `LONGEST_LOSS_S` gets the old one back. A cut ends all tracks.
    """

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._count = 0

    def update(
        self,
        people: Sequence[DetectedPerson],
        time_s: float,
        *,
        cut: bool = False,
        hold: Hold | None = None,
    ) -> tuple[Tracked, ...]:
        """The numbers of the `people` of the next frame, in order of number.

        Args:
            people: as found in the frame.
            time_s: when it is shown; times grow from frame to frame.
            cut: whether the frame begins another shot.
            hold: for people who are expected and were not found.
        """
        alive = [] if cut else [t for t in self._tracks if time_s - t.seen_s <= LONGEST_LOSS_S]
        expected = [_expected(track, time_s) for track in alive]
        pairs = assign(_costs(alive, expected, people, time_s))
        matched = [_continued(alive[row], people[column], time_s) for row, column in pairs]
        matched += self._strangers(people, {column for _, column in pairs}, time_s)
        lost = sorted(set(range(len(alive))) - {row for row, _ in pairs})
        recovered = self._held([(alive[row], expected[row]) for row in lost], matched, time_s, hold)
        kept = {track.number for track in recovered}
        missing = [alive[row] for row in lost if alive[row].number not in kept]
        self._tracks = [*matched, *recovered, *missing]
        tracked = [Tracked(track.number, track.person) for track in matched]
        tracked += [Tracked(track.number, track.person, recovered=True) for track in recovered]
        return tuple(sorted(tracked, key=lambda person: person.number))

    def _strangers(
        self, people: Sequence[DetectedPerson], known: set[int], time_s: float
    ) -> list[_Track]:
        new = [person for index, person in enumerate(people) if index not in known]
        new.sort(key=lambda person: person.box.left)
        self._count += len(new)
        first = self._count - len(new) + 1
        return [_Track(first + i, person, time_s, time_s, 1) for i, person in enumerate(new)]

    def _held(
        self,
        lost: Sequence[tuple[_Track, DetectedPerson]],
        matched: Sequence[_Track],
        time_s: float,
        hold: Hold | None,
    ) -> list[_Track]:
        recovered: list[_Track] = []
        for track, expected in lost:
            young = track.findings < TUNING.findings_to_hold
            if hold is None or young or time_s - track.found_s > LONGEST_HOLD_S:
                continue
            others = [each.person for each in (*matched, *recovered)]
            looks = hold(expected, time_s - track.seen_s)
            person = next(
                (candidate for candidate in looks if is_still(expected, candidate, others)), None
            )
            if person is not None:
                still = _continued(track, person, time_s)
                recovered.append(replace(still, found_s=track.found_s, findings=track.findings))
        return recovered


def _costs(
    tracks: Sequence[_Track],
    expected: Sequence[DetectedPerson],
    people: Sequence[DetectedPerson],
    time_s: float,
) -> list[list[float]]:
    return [
        [match_cost(ahead, person, time_s - track.seen_s) for person in people]
        for track, ahead in zip(tracks, expected, strict=True)
    ]


def _expected(track: _Track, time_s: float) -> DetectedPerson:
    gap_s = time_s - track.seen_s
    x, y = (speed * gap_s for speed in track.velocity_px_s)
    keypoints = track.person.keypoints + np.array([x, y, 0], np.float32)
    return replace(track.person, box=track.person.box.moved(x, y), keypoints=keypoints)


def _continued(track: _Track, person: DetectedPerson, time_s: float) -> _Track:
    gap_s = time_s - track.seen_s
    step = _step(track.person.box, person.box)
    old = track.velocity_px_s
    velocity = (
        TUNING.tracker_memory * old[0] + (1 - TUNING.tracker_memory) * step[0] / gap_s,
        TUNING.tracker_memory * old[1] + (1 - TUNING.tracker_memory) * step[1] / gap_s,
    )
    colours = person.colours
    if colours.size and track.person.colours.size:
        colours = (
            TUNING.tracker_memory * track.person.colours + (1 - TUNING.tracker_memory) * colours
        )
    dressed = replace(person, colours=colours)
    return _Track(track.number, dressed, time_s, time_s, track.findings + 1, velocity)


def _step(before: BBox, after: BBox) -> tuple[float, float]:
    return after.centre[0] - before.centre[0], after.centre[1] - before.centre[1]
