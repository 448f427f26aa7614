import numpy as np

from mimo_runtime.layers.frame_masks import FrameMasks, Other
from mimo_runtime.layers.plate.visibility import (
    EXPECTED,
    FREE,
    GROUND,
    HIDDEN,
    NEAR,
    SUPPOSED,
    LastFullSilhouette,
    next_visibility,
    visibility_of,
)

NOBODY = np.zeros((200, 300), bool)


def box(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    area = NOBODY.copy()
    area[top:bottom, left:right] = True
    return area


def test_trust_grows_with_the_distance_from_a_person() -> None:
    person = box(40, 140, 100, 130)

    visibility = visibility_of([person])

    row = visibility[60, 130:150].astype(int)
    assert (visibility[person] == HIDDEN).all()
    assert (np.diff(row) >= 0).all()
    assert set(row) == {HIDDEN, NEAR, NEAR + 1, NEAR + 2, FREE}


def test_the_ground_at_the_feet_is_trusted_less() -> None:
    visibility = visibility_of([box(40, 140, 100, 130)])

    assert visibility[142, 160] == GROUND
    assert visibility[60, 160] == FREE


def test_nobody_is_free() -> None:
    assert (visibility_of([NOBODY]) == FREE).all()


def test_all_people_count() -> None:
    visibility = visibility_of([NOBODY, box(10, 50, 10, 30), box(10, 50, 200, 230)])

    assert (visibility[20, [20, 210]] == HIDDEN).all()


def test_where_much_of_the_person_is_not_seen_nothing_is_trusted_that_is_expected() -> None:
    person, whole = box(40, 140, 100, 130), box(40, 140, 100, 140)
    last = LastFullSilhouette()

    seen = next_visibility(FrameMasks(person, whole), last)
    lost = next_visibility(FrameMasks(NOBODY, whole), last)

    assert seen[60, 137] == EXPECTED
    assert (lost[box(40, 140, 100, 140)] == SUPPOSED).all()


def test_somebody_else_is_hidden_too() -> None:
    other = Other(box(40, 140, 200, 230))

    visibility = next_visibility(FrameMasks(NOBODY, others=(other,)), LastFullSilhouette())

    assert (visibility[other.mask] == HIDDEN).all()
