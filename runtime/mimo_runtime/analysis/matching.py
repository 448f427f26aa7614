"""How alike a person is to one of the frames before."""

from collections.abc import Sequence

import numpy as np

from mimo_runtime.analysis.assignment import FORBIDDEN
from mimo_runtime.analysis.bbox import intersection_over_union
from mimo_runtime.analysis.person import Person, keypoint_distance, same_person

_FARTHEST = 0.45  # heights between a person and where it is expected; grows while it is lost
_PER_LOST_S = 1.0
_COLOURS_DIFFER = 0.75
_COLOURS_DIFFER_HELD = 0.6
_OVERLAP_TO_HOLD = 0.3
_OVERLAP_WITH_ANOTHER = 0.4
_WEIGHTS = (1.0, 1.0, 2.0)  # boxes, keypoints, colours
_UNLIKE = 2.4  # cost above which somebody a step away is somebody else


def match_cost(expected: Person, person: Person, gap_s: float) -> float:
    """How unlike `person` is to one `expected` after `gap_s` unseen; `FORBIDDEN` if too much."""
    height = max(expected.box.height, person.box.height, 1.0)
    apart = np.hypot(*np.subtract(expected.box.centre, person.box.centre)) / height
    if apart > _FARTHEST + _PER_LOST_S * gap_s:
        return FORBIDDEN
    colours = difference_of_colours(expected, person)
    if colours > _COLOURS_DIFFER and apart > 0.5:
        return FORBIDDEN
    keypoints = keypoint_distance(expected, person)
    overlap = intersection_over_union(expected.box, person.box)
    parts = (1 - overlap, apart if keypoints is None else keypoints, colours)
    cost = float(np.dot(_WEIGHTS, parts))
    return cost if cost <= _UNLIKE or overlap >= _OVERLAP_TO_HOLD else FORBIDDEN


def difference_of_colours(one: Person, other: Person) -> float:
    """How unlike the colours of two are, 0 equal to 1 with none in common; 0 if not known."""
    if one.colours.size == 0 or other.colours.size == 0:
        return 0.0
    return float(np.abs(one.colours - other.colours).sum() / 2)


def is_still(expected: Person, person: Person, others: Sequence[Person]) -> bool:
    """Whether a person seen where `expected` is that person and none of the `others`."""
    if intersection_over_union(expected.box, person.box) < _OVERLAP_TO_HOLD:
        return False
    if difference_of_colours(expected, person) > _COLOURS_DIFFER_HELD:
        return False
    return not any(
        same_person(person, other)
        or intersection_over_union(person.box, other.box) > _OVERLAP_WITH_ANOTHER
        for other in others
    )
