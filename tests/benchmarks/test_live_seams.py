"""What the figures of seams and drift say of frames of which everything is known."""

import numpy as np
import pytest

from benchmarks.live_seams import change, person, psnr_db, seam_ratio, slope_per_min

EMPTY = np.full((8, 8, 3), 100, np.uint8)


def frame(level: int) -> np.ndarray:
    """A square of one grey in front of the empty scene."""
    found = EMPTY.copy()
    found[2:6, 2:6] = level
    return found


def test_the_person_is_where_the_scene_is_not() -> None:
    assert person(frame(200), EMPTY).sum() == 16
    assert change(frame(200), frame(203), EMPTY) == 3


def test_a_seam_is_told_from_what_is_within_chunks() -> None:
    """Steps of 2 within chunks of three, of 6 between them."""
    levels = [150, 152, 154, 160, 162, 164, 170]
    frames = [frame(level) for level in levels]
    assert seam_ratio(frames, [0, 3, 6], EMPTY) == pytest.approx(3.0)
    assert seam_ratio(frames, list(range(7)), EMPTY) is None


def test_likeness_is_that_of_the_person() -> None:
    assert psnr_db([frame(200)], [frame(210)], EMPTY) == pytest.approx(28.13, abs=0.01)


def test_colour_that_does_not_move_and_colour_that_does() -> None:
    still = slope_per_min([frame(200)] * 10, EMPTY, 5.0)
    moving = slope_per_min([frame(200 + number) for number in range(10)], EMPTY, 5.0)
    assert still < 1e-4
    assert moving == pytest.approx(5 * 60 * 0.36, rel=0.1)  # a level is some 0.36 of L*
