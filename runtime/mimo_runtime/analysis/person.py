"""A person as found in one frame."""

from dataclasses import dataclass, field

import numpy as np

from mimo_runtime.analysis.bbox import BBox, intersection_over_union
from mimo_runtime.analysis.frame import Floats
from mimo_runtime.analysis.joints import KEYPOINT, SHOULDERS_AND_HIPS
from mimo_runtime.analysis.tuning import TUNING

SURE = 0.3  # score from which a keypoint's place is to be believed


def _no_colours() -> Floats:
    return np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Person:
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
        places = [KEYPOINT[name] for name in SHOULDERS_AND_HIPS]
        points = self.keypoints[places][self.sure[places]]
        return BBox.around(points) if len(points) >= 3 else None


def keypoint_distance(one: Person, other: Person) -> float | None:
    """How far apart the keypoints are that both are sure of, in heights of the smaller person.

    None where there are fewer than three such keypoints.
    """
    both = one.sure & other.sure
    if both.sum() < TUNING.joints_to_compare:
        return None
    apart = np.linalg.norm(one.keypoints[both, :2] - other.keypoints[both, :2], axis=1)
    height = min(max(one.box.height, one.box.width), max(other.box.height, other.box.width))
    return float(apart.mean() / max(height, 1.0))


def distinct(people: list[Person]) -> list[Person]:
    """Every person once, the surest first.

    Two are one where their keypoints lie at the same places; where too few of them are known,
    where their boxes are nearly equal. Of the two, every keypoint is the surer one and the box
    is around both.
    """
    kept: list[Person] = []
    for person in sorted(people, key=lambda one: -_certainty(one)):
        twins = [place for place, other in enumerate(kept) if same_person(person, other)]
        if twins:
            kept[twins[0]] = _together(kept[twins[0]], person)
        else:
            kept.append(person)
    return kept


def _together(one: Person, other: Person) -> Person:
    surer = one.keypoints[:, 2:] >= other.keypoints[:, 2:]
    keypoints = np.where(surer, one.keypoints, other.keypoints)
    return Person(one.box.joined(other.box), keypoints, max(one.score, other.score), one.colours)


def _certainty(person: Person) -> float:
    return person.score * float(person.keypoints[:, 2].mean())


def same_person(one: Person, other: Person) -> bool:
    """Whether two found in one frame are one: keypoints, or else boxes, at the same places."""
    distance = keypoint_distance(one, other)
    if distance is not None and distance < TUNING.same_place:
        return True
    return intersection_over_union(one.box, other.box) > TUNING.same_box
