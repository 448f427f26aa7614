import pytest

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.farm.frame_numbers import segments_from, segments_of


def test_what_may_be_typed():
    assert segments_from("1-40x12", 1, range(40)) == (
        range(12),
        range(12, 24),
        range(24, 36),
        range(36, 40),
    )
    assert segments_from("13-24", 1, range(40)) == (range(12, 24),)
    assert segments_from("7", 1, range(40)) == (range(6, 7),)
    assert segments_from("1001-1004x2", 1001, range(4)) == (range(2), range(2, 4))


def test_what_the_shot_has_not_is_left_out_where_that_is_asked_for():
    shot = range(2, 7)
    assert segments_from("1-12x4", 1, shot, clamp=True) == (range(2, 6), range(6, 7))
    assert segments_from("6-12", 1, shot, clamp=True) == (range(5, 7),)
    assert segments_from("8-12", 1, shot, clamp=True) == ()
    assert segments_from("1-2", 1, shot, clamp=True) == ()


def test_one_of_the_segments_by_its_number():
    shot = range(2, 9)
    assert segments_of(shot, 1, size=3) == (range(2, 5), range(5, 8), range(8, 9))
    assert segments_of(shot, 1, number=2, size=3) == (range(8, 9),)
    assert segments_of(shot, 1, "3-6x2", 1) == (range(4, 6),)
    assert segments_of(shot, 1, number=3, size=3, clamp=True) == ()
    with pytest.raises(InvalidRequestError, match="3 is asked for, and there are 3, counted from"):
        segments_of(shot, 1, number=3, size=3)


@pytest.mark.parametrize("typed", ["", "a", "4-2", "1-4x0", "1-", "-3", "1,2", "1-4x", "1 - 4"])
def test_what_is_none_is_a_sentence(typed):
    with pytest.raises(InvalidRequestError, match=r"names no frames; give FIRST-LAST"):
        segments_from(typed, 1, range(40))


@pytest.mark.parametrize(("typed", "first"), [("1-41", 1), ("0-3", 1), ("1-40", 1001)])
def test_frames_that_the_shot_has_not_are_a_sentence(typed, first):
    has = f"{first}-{first + 39}"
    with pytest.raises(InvalidRequestError, match=rf"the shot has the frames {has}; ask"):
        segments_from(typed, first, range(40))
