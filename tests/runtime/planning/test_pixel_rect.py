from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.planning.pixel_rect import Padding, PixelRect, pad_to_square, person_room, union


@st.composite
def persons(draw):
    width, height = draw(st.integers(1, 200)), draw(st.integers(1, 200))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
    return PixelRect(left, right, top, bottom), width, height


@given(persons())
def test_the_room_holds_the_person_and_stays_in_the_frame(example):
    person, width, height = example
    room = person_room(person, width, height)
    assert union([room, person]) == room
    assert union([room, PixelRect(0, width, 0, height)]) == PixelRect(0, width, 0, height)


@given(persons())
def test_a_room_away_from_the_borders_is_a_square_of_16(example):
    person, width, height = example
    room = person_room(person, width, height)
    if room.left > 0 and room.top > 0 and room.right < width and room.bottom < height:
        assert room.width == room.height
        assert room.width % 16 == 0


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_padding_makes_the_smallest_centred_square(height, width):
    padding = pad_to_square(height, width)
    side = height + padding.top + padding.bottom
    assert side == width + padding.left + padding.right
    assert side % 16 == 0
    assert side - 16 < max(height, width) <= side
    assert 0 <= padding.bottom - padding.top <= 1
    assert 0 <= padding.right - padding.left <= 1


def test_padding_of_an_odd_size():
    assert pad_to_square(75, 65) == Padding(top=2, bottom=3, left=7, right=8)
