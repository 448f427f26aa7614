"""How alike a person is to one of the frames before."""

from collections.abc import Sequence

import numpy as np

from mimo_runtime.analysis.assignment import FORBIDDEN
from mimo_runtime.analysis.bbox import intersection_over_union
from mimo_runtime.analysis.person import DetectedPerson, keypoint_distance, same_person
from mimo_runtime.analysis.tuning import TUNING


def match_cost(expected: DetectedPerson, person: DetectedPerson, gap_s: float) -> float:
    """How unlike `person` is to one `expected` after `gap_s` unseen; `FORBIDDEN` if too much."""
    height = max(expected.box.height, person.box.height, 1.0)
    apart = np.hypot(*np.subtract(expected.box.centre, person.box.centre)) / height
    if apart > TUNING.farthest_heights + TUNING.farthest_per_lost_s * gap_s:
        return FORBIDDEN
    colours = difference_of_colours(expected, person)
    if colours > TUNING.colours_differ and apart > 0.5:
        return FORBIDDEN
    keypoints = keypoint_distance(expected, person)
    overlap = intersection_over_union(expected.box, person.box)
    parts = (1 - overlap, apart if keypoints is None else keypoints, colours)
    cost = float(np.dot(TUNING.match_weights, parts))
    return cost if cost <= TUNING.unlike_cost or overlap >= TUNING.overlap_to_hold else FORBIDDEN


def difference_of_colours(first: DetectedPerson, second: DetectedPerson) -> float:
    """How unlike the colours of two are, 0 equal to 1 with none in common; 0 if not known."""
    if first.colours.size == 0 or second.colours.size == 0:
        return 0.0
    return float(np.abs(first.colours - second.colours).sum() / 2)


def is_still(
    expected: DetectedPerson, person: DetectedPerson, others: Sequence[DetectedPerson]
) -> bool:
    """Whether a person seen where `expected` is that person and none of the `others`."""
    if intersection_over_union(expected.box, person.box) < TUNING.overlap_to_hold:
        return False
    if difference_of_colours(expected, person) > TUNING.colours_differ_recovered:
        return False
    return not any(
        same_person(person, other)
        or intersection_over_union(person.box, other.box) > TUNING.overlap_with_another
        for other in others
    )
