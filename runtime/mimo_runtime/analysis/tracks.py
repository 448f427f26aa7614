"""Who is in a video and who of them is meant."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from mimo_runtime.analysis.bbox import BBox
from mimo_runtime.analysis.frame import Frame
from mimo_runtime.analysis.person_detector import PersonDetector
from mimo_runtime.analysis.pose_estimate import PoseEstimator
from mimo_runtime.analysis.redetection import redetect
from mimo_runtime.analysis.shot_boundaries import ShotBoundaryDetector
from mimo_runtime.analysis.tracker import Tracked, Tracker
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.concurrency import parallel_map
from mimo_runtime.errors import InvalidRequestError

_ONE_PLACE = BBox(0.5, 0.5, 0.5, 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class FramePeople:
    """The people of frame `index`, shown at `time_s`; `cut` where it begins another shot."""

    index: int
    time_s: float
    cut: bool
    people: tuple[Tracked, ...]

    def numbered(self, number: int) -> Tracked | None:
        """The person of this number, None where it is not in the frame."""
        return next((person for person in self.people if person.number == number), None)


@dataclass(frozen=True, slots=True)
class Track:
    """One person over the video: `frames` frames between `first` and `last`.

    `size` is the mean share of the frame that the person's box takes, `middle` how close to the
    middle it is on average (1 in the middle, 0 at the edge), `score` the finder's mean. `path` is
    where the box's middle ever was, in shares of the frame. Of `asked` frames the finder of bodies
    was asked, and found one in `confirmed`.
    """

    number: int
    first: int
    last: int
    frames: int
    size: float
    middle: float
    score: float
    path: BBox = _ONE_PLACE
    asked: int = 0
    confirmed: int = 0

    @property
    def confidence(self) -> float:
        """In which share of the frames that were looked at there is a body; 1 where none was."""
        return self.confirmed / self.asked if self.asked else 1.0

    @property
    def reach(self) -> float:
        """How far across the frame the person gets, 0..1: a passer-by gets about to 1."""
        return max(self.path.width, self.path.height)


def follow_people(
    frames: Iterable[Frame], finder: PersonDetector, bodies: PoseEstimator | None = None
) -> Iterator[FramePeople]:
    """Who is in each frame; nothing but the last frame's people is kept.

    With `bodies`, a person whom the finder misses for a while is looked for where it is expected,
    and every so often everybody is looked at for a body.
    """
    tracker, cuts = Tracker(), ShotBoundaryDetector()
    each = parallel_map(lambda frame: (frame, finder.find(frame.pixels)), frames)
    for index, (frame, detected) in enumerate(each):
        cut = cuts.is_cut(frame.pixels)
        hold = None if bodies is None else partial(redetect, frame.pixels, bodies)
        people = tracker.update(detected, frame.time_s, cut=cut, hold=hold)
        if bodies is not None and index % TUNING.asked_every_frames == 0:
            people = tuple(_asked(person, frame, bodies) for person in people)
        yield FramePeople(index, frame.time_s, cut, people)


def _asked(tracked: Tracked, frame: Frame, bodies: PoseEstimator) -> Tracked:
    return replace(tracked, presence=bodies.find(frame.pixels, tracked.person).presence)


class TrackSummary:
    """What is known of every person of a video, gathered frame by frame."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self._size_px = (width_px, height_px)
        self._tracks: dict[int, Track] = {}

    def add(self, frame: FramePeople) -> None:
        """Take one more frame into account."""
        for person in frame.people:
            track = self._track_in_frame(frame.index, person)
            before = self._tracks.get(person.number)
            self._tracks[person.number] = _longer(before, track) if before else track

    def tracks(self) -> tuple[Track, ...]:
        """Everybody so far, in order of number."""
        return tuple(self._tracks[number] for number in sorted(self._tracks))

    def _track_in_frame(self, index: int, tracked: Tracked) -> Track:
        width_px, height_px = self._size_px
        box = tracked.person.box
        x, y = box.centre
        away = max(abs(2 * x / width_px - 1), abs(2 * y / height_px - 1))
        size = box.area / (width_px * height_px)
        centre = BBox(x / width_px, y / height_px, x / width_px, y / height_px)
        asked = tracked.presence is not None
        return Track(
            tracked.number,
            index,
            index,
            1,
            size,
            1 - min(1.0, away),
            tracked.person.score,
            centre,
            int(asked),
            int(asked and (tracked.presence or 0) >= TUNING.track_presence),
        )


def _longer(track: Track, addition: Track) -> Track:
    count = track.frames + 1
    return replace(
        track,
        last=addition.last,
        frames=count,
        size=track.size + (addition.size - track.size) / count,
        middle=track.middle + (addition.middle - track.middle) / count,
        score=track.score + (addition.score - track.score) / count,
        path=track.path.joined(addition.path),
        asked=track.asked + addition.asked,
        confirmed=track.confirmed + addition.confirmed,
    )


def choose_person(tracks: Sequence[Track], wanted: int | None = None) -> Track:
    """The main person, or the one of number `wanted`.

    The main person is in many frames, large, in the middle, does not merely cross the picture, and
    has a body: most frames * sqrt(size) * (1 + middle) / (1 + reach) * confidence, the mean of the
    score breaking ties. What a detector took for a person and is none (a bush) may be large and in
    all frames, but hardly ever has a body.

    Raises:
        InvalidRequestError: nobody was found, or nobody of that number.
    """
    if not tracks:
        raise InvalidRequestError(
            "Nobody was found in the video; people have to be at least about a fifth of the "
            "frame high, smaller ones are found with more tiles.",
            settings=("tiles",),
        )
    if wanted is None:
        return max(tracks, key=lambda track: (_weight(track), track.score, -track.number))
    known: Mapping[int, Track] = {track.number: track for track in tracks}
    if wanted not in known:
        raise InvalidRequestError(
            f"There is no person {wanted} in the video, only "
            f"{', '.join(str(track.number) for track in tracks)}; choose one of those.",
            settings=("person",),
        )
    return known[wanted]


def _weight(track: Track) -> float:
    presence = track.frames * math.sqrt(track.size) * (1 + track.middle) / (1 + track.reach)
    return presence * max(TUNING.unconfirmed_share, track.confidence)
