"""Which shot of the video is decomposed, and who in it is the main person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.analysis.tracks import Track, TrackSummary, choose_person
from mimo_runtime.decomposition.people import PeopleRecord
from mimo_runtime.errors import InvalidRequestError, MediaError
from mimo_runtime.layers.plate.plate import frames_said

_FEW = 0.1  # of the main person's frames: who is in fewer is not worth a word


@dataclass(frozen=True, slots=True)
class CameraShot:
    """Frames `first` to `last`, both included, between two cuts; `number` counts from 1."""

    number: int
    first: int
    last: int

    @property
    def frame_count(self) -> int:
        """How many."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Selection:
    """The `person` in `shot`, who is in frames `first` to `last` of the clip.

    `shots` are all of the clip's, `people` everybody in the shot.
    """

    person: Track
    shot: CameraShot
    first: int
    last: int
    shots: tuple[CameraShot, ...]
    people: tuple[Track, ...]

    @property
    def frame_count(self) -> int:
        """Frames that are decomposed."""
        return self.last - self.first + 1

    def sentences(self, rate_fps: float) -> tuple[str, ...]:
        """What was chosen and how to choose otherwise."""
        sentences = []
        if len(self.shots) > 1:
            sentences.append(_shots_sentence(self, rate_fps))
        if (self.first, self.last) != (self.shot.first, self.shot.last):
            sentences.append(
                f"The person is in {frames_said(self.first, self.last)}; the template is made of "
                "nothing else."
            )
        others = [
            track for track in self.people
            if track is not self.person and track.frames >= _FEW * self.person.frames
        ]  # fmt: skip
        if others:
            sentences.append(_people_sentence(self.person, others))
        return tuple(sentences)


def choose(
    record: PeopleRecord,
    size_px: tuple[int, int],
    person: int | None = None,
    shot: int | None = None,
) -> Selection:
    """The shot `shot` or that of `person`, else the longest with somebody; its main person.

    Raises:
        MediaError: nobody is in the video, or in the shot that was asked for.
        InvalidRequestError: there is no shot or no person of that number.
    """
    shots = shots_of(record.cuts)
    people = [_tracks(record, each, size_px) for each in shots]
    chosen = _chosen_shot(shots, people, person, shot)
    tracks = people[chosen.number - 1]
    if not tracks:
        where = f"shot {chosen.number}" if shot else "the video"
        raise MediaError(
            f"Nobody was found in {where}; a person has to be at least about a fifth of the frame "
            "high. Smaller people are found by looking at 4 tiles.",
            settings=("tiles",),
        )
    track = choose_person(tracks, person)
    return Selection(track, chosen, track.first, track.last, shots, tracks)


def shots_of(cuts: NDArray[np.bool_]) -> tuple[CameraShot, ...]:
    """Shots of a clip, of which `cuts` [N] are the frames that begin another one."""
    begins = [0, *(int(index) for index in np.flatnonzero(cuts) if index > 0)]
    ends = [*(index - 1 for index in begins[1:]), len(cuts) - 1]
    return tuple(CameraShot(i + 1, *span) for i, span in enumerate(zip(begins, ends, strict=True)))


def _tracks(record: PeopleRecord, shot: CameraShot, size_px: tuple[int, int]) -> tuple[Track, ...]:
    summary = TrackSummary(*size_px)
    for frame in record.frames(shot.first, shot.last):
        summary.add(frame)
    return tuple(_moved(track, shot.first) for track in summary.tracks())


def _moved(track: Track, first: int) -> Track:
    return replace(track, first=track.first + first, last=track.last + first)


def _chosen_shot(
    shots: tuple[CameraShot, ...],
    people: Sequence[tuple[Track, ...]],
    person: int | None,
    number: int | None,
) -> CameraShot:
    if number is not None:
        if not 1 <= number <= len(shots):
            raise InvalidRequestError(
                f"There is no shot {number}; choose one of the {len(shots)} that the video has.",
                settings=("shot",),
            )
        return shots[number - 1]
    lived_in = [each for each in shots if people[each.number - 1]]
    if person is not None:
        theirs = [
            each
            for each in lived_in
            if person in [track.number for track in people[each.number - 1]]
        ]
        if not theirs and lived_in:
            choose_person([track for tracks in people for track in tracks], person)
        lived_in = theirs
    return max(lived_in or shots, key=lambda each: (each.frame_count, -each.number))


def _shots_sentence(choice: Selection, rate_fps: float) -> str:
    listed = ", ".join(
        f"{each.number} ({frames_said(each.first, each.last)}, {each.frame_count / rate_fps:.1f} s)"
        for each in choice.shots[:8]
    )
    more = f" and {len(choice.shots) - 8} more" if len(choice.shots) > 8 else ""
    return (
        f"The video is cut into {len(choice.shots)} shots: {listed}{more}. Shot "
        f"{choice.shot.number} was decomposed; another can be chosen by its number."
    )


def _people_sentence(person: Track, others: Sequence[Track]) -> str:
    listed = ", ".join(
        f"{track.number} ({frames_said(track.first, track.last)}, {track.size:.1%} of the frame)"
        for track in sorted(others, key=lambda track: -track.frames * track.size)[:6]
    )
    return (
        f"{len(others) + 1} people were found. Person {person.number} "
        f"({frames_said(person.first, person.last)}, {person.size:.1%} of the frame) was taken; "
        f"another can be chosen by its number: {listed}."
    )
