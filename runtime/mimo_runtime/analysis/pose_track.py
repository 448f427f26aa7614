"""One person's body over the frames of a video."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mimo_runtime.analysis.bbox import overlap
from mimo_runtime.analysis.frame import Frame
from mimo_runtime.analysis.pose_association import associate_poses
from mimo_runtime.analysis.pose_estimate import PoseEstimate, PoseEstimator
from mimo_runtime.analysis.tracker import Tracked
from mimo_runtime.analysis.tracks import FramePeople

NumberedBody = tuple[int, PoseEstimate]


@dataclass(frozen=True, slots=True, eq=False)
class TrackedPose:
    """The chosen person in frame `index`: `body` is None where the person is not to be seen.

    `others` are numbers and bodies of people whose boxes touch the person's, for masks that keep
    apart; `touching` the numbers of all of these people, also of those without a body.
    """

    index: int
    time_s: float
    body: PoseEstimate | None
    others: tuple[NumberedBody, ...] = ()
    touching: tuple[int, ...] = ()


def track_pose(
    frames: Iterable[Frame], people: Iterable[FramePeople], number: int, finder: PoseEstimator
) -> Iterator[TrackedPose]:
    """The body of person `number` in each frame; nothing but the last one is kept.

    Bodies of people who touch are told apart (`pose_association`).

    Args:
        frames: of the video, and `people` who is in each of them (`tracks.follow_people`).
        number: whose body is wanted.
        finder: of bodies.
    """
    rolls_rad: dict[int, float] = {}
    for frame, who in zip(frames, people, strict=True):
        rolls_rad = {} if who.cut else rolls_rad
        chosen = who.numbered(number)
        if chosen is None:
            yield TrackedPose(who.index, who.time_s, None)
            continue
        near = [chosen, *_touching(chosen, who)]
        before = [rolls_rad.get(person.number) if person is chosen else None for person in near]
        bodies = associate_poses(frame.pixels, near, finder, before)
        if bodies[0] is not None:
            rolls_rad[number] = bodies[0].roll_rad()
        others = zip(near[1:], bodies[1:], strict=True)
        associated = tuple((person.number, body) for person, body in others if body is not None)
        numbers = tuple(person.number for person in near[1:])
        yield TrackedPose(who.index, who.time_s, bodies[0], associated, numbers)


def _touching(chosen: Tracked, who: FramePeople) -> list[Tracked]:
    return [
        other
        for other in who.people
        if other is not chosen and overlap(other.person.box, chosen.person.box) > 0
    ]
