"""A person as found in one frame."""

from dataclasses import dataclass, field

import numpy as np

from mimo_runtime.analysis.bbox import BBox, intersection_over_union
from mimo_runtime.analysis.joints import KEYPOINT, SHOULDERS_AND_HIPS
from mimo_runtime.analysis.tuning import TUNING
from mimo_runtime.arrays import Floats

SURE = 0.3  # score from which a keypoint's place is to be believed


def _no_colours() -> Floats:
    return np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class DetectedPerson:
    """`box` and 17 `keypoints`, float32 [17, 3]: x and y in frame px, score 0..1 (`joints`).

    `score` is that of the whole person. `colours` describes the clothes, any float32 vector of
    sum 1, or is empty.
    """

    box: BBox
    keypoints: Floats
    score: float
    colours: Floats = field(default_factory=_no_colours)

    @property
    def sure(self) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        """Which keypoints are to be believed, bool [17]."""
        return np.asarray(self.keypoints[:, 2] >= SURE)

    def torso(self) -> BBox | None:
        """The region of shoulders and hips, None where fewer than three of them are sure."""
        joints = [KEYPOINT[name] for name in SHOULDERS_AND_HIPS]
        points = self.keypoints[joints][self.sure[joints]]
        return BBox.around(points) if len(points) >= 3 else None


def keypoint_distance(first: DetectedPerson, second: DetectedPerson) -> float | None:
    """How far apart the keypoints are that both are sure of, in heights of the smaller person.

    None where there are fewer than three such keypoints.
    """
    both = first.sure & second.sure
    if both.sum() < TUNING.joints_to_compare:
        return None
    apart = np.linalg.norm(first.keypoints[both, :2] - second.keypoints[both, :2], axis=1)
    height = min(max(first.box.height, first.box.width), max(second.box.height, second.box.width))
    return float(apart.mean() / max(height, 1.0))


def distinct(people: list[DetectedPerson]) -> list[DetectedPerson]:
    """Every person once, the surest first.

    Two are one where their keypoints lie at the same places; where too few of them are known,
    where their boxes are nearly equal. Of the two, every keypoint is the surer one and the box
    is around both.
    """
    kept: list[DetectedPerson] = []
    for person in sorted(people, key=lambda candidate: -_confidence(candidate)):
        twins = [index for index, each in enumerate(kept) if same_person(person, each)]
        if twins:
            kept[twins[0]] = _together(kept[twins[0]], person)
        else:
            kept.append(person)
    return kept


def _together(first: DetectedPerson, second: DetectedPerson) -> DetectedPerson:
    surer = first.keypoints[:, 2:] >= second.keypoints[:, 2:]
    keypoints = np.where(surer, first.keypoints, second.keypoints)
    return DetectedPerson(
        first.box.joined(second.box), keypoints, max(first.score, second.score), first.colours
    )


def _confidence(person: DetectedPerson) -> float:
    return person.score * float(person.keypoints[:, 2].mean())


def same_person(first: DetectedPerson, second: DetectedPerson) -> bool:
    """Whether two found in one frame are one: keypoints, or else boxes, at the same places."""
    distance = keypoint_distance(first, second)
    if distance is not None and distance < TUNING.same_place:
        return True
    return intersection_over_union(first.box, second.box) > TUNING.same_box
