import numpy as np

from mimo_runtime.layers.last_whole import LastWhole
from mimo_runtime.layers.sighting import Other, Sighting
from mimo_runtime.layers.trust import (
    EXPECTED,
    FREE,
    GROUND,
    HIDDEN,
    NEAR,
    SUPPOSED,
    trust_in,
    trust_of,
)

NOBODY = np.zeros((200, 300), bool)


def box(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    area = NOBODY.copy()
    area[top:bottom, left:right] = True
    return area


def test_trust_grows_with_the_distance_from_a_human() -> None:
    human = box(40, 140, 100, 130)

    trust = trust_of([human])

    row = trust[60, 130:150].astype(int)
    assert (trust[human] == HIDDEN).all()
    assert (np.diff(row) >= 0).all()
    assert set(row) == {HIDDEN, NEAR, NEAR + 1, NEAR + 2, FREE}


def test_the_ground_at_the_feet_is_trusted_less() -> None:
    trust = trust_of([box(40, 140, 100, 130)])

    assert trust[142, 160] == GROUND
    assert trust[60, 160] == FREE


def test_nobody_is_free() -> None:
    assert (trust_of([NOBODY]) == FREE).all()


def test_all_people_count() -> None:
    trust = trust_of([NOBODY, box(10, 50, 10, 30), box(10, 50, 200, 230)])

    assert (trust[20, [20, 210]] == HIDDEN).all()


def test_where_much_of_the_human_is_not_seen_nothing_is_trusted_that_is_expected() -> None:
    human, whole = box(40, 140, 100, 130), box(40, 140, 100, 140)
    last = LastWhole()

    seen = trust_in(Sighting(human, whole), last)
    lost = trust_in(Sighting(NOBODY, whole), last)

    assert seen[60, 137] == EXPECTED
    assert (lost[box(40, 140, 100, 140)] == SUPPOSED).all()


def test_somebody_else_is_hidden_too() -> None:
    other = Other(box(40, 140, 200, 230))

    trust = trust_in(Sighting(NOBODY, others=(other,)), LastWhole())

    assert (trust[other.mask] == HIDDEN).all()
