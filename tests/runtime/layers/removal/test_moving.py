import numpy as np

from mimo_runtime.layers.frame_masks import FrameMasks
from mimo_runtime.layers.plate.visibility import LastFullSilhouette
from mimo_runtime.layers.removal.removal import joined


def area(top: int, left: int, bottom: int, right: int) -> np.ndarray:
    flags = np.zeros((100, 120), bool)
    flags[top:bottom, left:right] = True
    return flags


def test_what_moves_takes_in_the_unknown_beside_it() -> None:
    found = joined(area(20, 20, 50, 40), area(20, 40, 50, 60))

    assert found[20:50, 20:60].all()
    assert found.sum() < 1.5 * 30 * 40


def test_the_unknown_alone_does_not_move() -> None:
    assert not joined(area(0, 0, 0, 0), area(20, 40, 50, 60)).any()
    assert not joined(area(20, 20, 22, 22), area(20, 40, 50, 60)).any()


def test_a_person_is_remembered_while_it_is_hidden() -> None:
    whole, shifted = area(10, 20, 90, 50), area(10, 30, 90, 60)
    last = LastFullSilhouette()

    seen = last.with_last(FrameMasks(whole, whole))
    assert not last.short
    assert (seen == whole).all()

    for _ in range(9):
        hidden = last.with_last(FrameMasks(area(10, 30, 20, 60), shifted))
        assert last.short
        assert (hidden == (whole | shifted)).all()
    assert last.with_last(FrameMasks(whole)) is None
