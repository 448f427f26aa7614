"""The analysis on a made-up clip, as the program runs it, with its times."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.decomposition_parts.truth import Truth
from mimo_runtime.analysis.bbox import BBox, intersection_over_union
from mimo_runtime.analysis.estimators import Estimators
from mimo_runtime.analysis.frame import Frame
from mimo_runtime.analysis.gap_filling import fill_gaps
from mimo_runtime.analysis.pose_estimate import PoseEstimate
from mimo_runtime.analysis.pose_track import TrackedPose, track_pose
from mimo_runtime.analysis.tracks import FramePeople, TrackSummary, choose_person, follow_people
from mimo_runtime.arrays import Floats
from mimo_runtime.decomposition.frame_segmenter import FrameSegmenter
from mimo_runtime.layers.camera.motion import CameraMotion
from mimo_runtime.layers.camera.tracker import CameraTracker
from mimo_runtime.layers.removal.removal import person_area

_SAME = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """What was found; one of everything for every frame.

    `number` is that of the person meant, `chosen` whom the program takes for the main person.
    `bodies` and `masks`, float32 [H, W], are of the person meant; `others` the masks of everybody
    else. `people_cpu_s`, `body_cpu_s`: processor time of finding and following
    people, and of landmarks, masks and the path of the `camera`.
    """

    people: tuple[FramePeople, ...]
    number: int
    chosen: int
    bodies: tuple[PoseEstimate | None, ...]
    masks: tuple[Floats, ...]
    others: tuple[tuple[Floats, ...], ...]
    people_cpu_s: float
    body_cpu_s: float
    camera: CameraMotion

    @property
    def cuts(self) -> tuple[int, ...]:
        """Frames that were taken for the first of another shot; there are none but frame 0."""
        return tuple(one.index for one in self.people if one.cut and one.index > 0)


def analyse(truth: Truth, estimators: Estimators) -> Analysed | None:
    """Follow people, find bodies and masks of the one meant; None where nobody was found.

    Whom the user means is known from the truth, as with `--person`; all else is found.
    """
    started = time.process_time()
    people = fill_gaps(tuple(follow_people(_frames(truth), estimators.people, estimators.bodies)))
    size_px = truth.spec.size_px
    summary = TrackSummary(size_px, size_px)
    for one in people:
        summary.add(one)
    if not summary.tracks():
        return None
    chosen = choose_person(summary.tracks()).number
    number = _meant(truth, people, chosen)
    between = time.process_time()
    seen = tuple(track_pose(_frames(truth), people, number, estimators.bodies))
    masks = list(_masks(truth, people, seen, number, estimators))
    camera = follow_camera(truth, people, masks)
    ended = time.process_time()
    return Analysed(
        people,
        number,
        chosen,
        tuple(one.body for one in seen),
        tuple(mask for mask, _ in masks),
        tuple(others for _, others in masks),
        between - started,
        ended - between,
        camera,
    )


def follow_camera(
    truth: Truth,
    people: Sequence[FramePeople],
    masks: Sequence[tuple[Floats, tuple[Floats, ...]]],
) -> CameraMotion:
    """The camera's path, by what in each frame is in no mask of the person or of another."""
    tracker = CameraTracker()
    for frame, who, (mask, others) in zip(truth.frames, people, masks, strict=True):
        hidden = person_area(mask) | np.logical_or.reduce([other >= 0.5 for other in others])
        tracker.add(frame.pixels, hidden, cut=who.cut)
    return tracker.motion()


def _frames(truth: Truth) -> Iterator[Frame]:
    return (Frame(frame.pixels, frame.time_s) for frame in truth.frames)


def _meant(truth: Truth, people: Sequence[FramePeople], chosen: int) -> int:
    """Whose box is where the true person is in most frames; `chosen` where nobody's ever is."""
    votes: Counter[int] = Counter()
    for seen, frame in zip(people, truth.frames, strict=True):
        box = BBox.around(np.argwhere(frame.human_full > 0.5)[:, ::-1].astype(np.float64))
        shares = {one.number: intersection_over_union(one.person.box, box) for one in seen.people}
        if shares and max(shares.values()) > _SAME:
            votes[max(shares, key=lambda number: shares[number])] += 1
    return votes.most_common(1)[0][0] if votes else chosen


def _masks(
    truth: Truth,
    people: Sequence[FramePeople],
    seen: Sequence[TrackedPose],
    number: int,
    estimators: Estimators,
) -> Iterator[tuple[Floats, tuple[Floats, ...]]]:
    segmenter = FrameSegmenter(estimators, number)
    for frame, who, body in zip(truth.frames, people, seen, strict=True):
        found = {one.number: one.mask for one in segmenter.segment(frame.pixels, who, body)}
        nothing = np.zeros(frame.pixels.shape[:2], np.float32)
        yield found.pop(number, nothing), tuple(found.values())
