"""Who is meant."""

import pytest

from mimo_runtime.analysis.tracker import Tracked
from mimo_runtime.analysis.tracks import FramePeople, TrackSummary, choose_person
from mimo_runtime.errors import InvalidRequestError
from tests.runtime.analysis.people import standing


def summary(frames: list[dict[int, object]]) -> TrackSummary:
    gathered = TrackSummary(320, 200)
    for place, people in enumerate(frames):
        tracked = tuple(Tracked(number, person) for number, person in people.items())
        gathered.add(FramePeople(place, place / 25, False, tracked))
    return gathered


def test_the_larger_one_in_the_middle_for_longer() -> None:
    small, large = standing(160, height=40), standing(160, height=120)
    assert choose_person(summary([{1: small, 2: large}] * 5).tracks()).number == 2
    edge, middle = standing(30), standing(160)
    assert choose_person(summary([{1: edge, 2: middle}] * 5).tracks()).number == 2
    assert choose_person(summary([{1: edge, 2: edge}, {1: edge}]).tracks()).number == 1


def test_who_stays_is_meant_and_not_who_crosses_in_front() -> None:
    frames = [
        {1: standing(160, height=90), 2: standing(16 + 32 * k, height=120)} for k in range(10)
    ]
    tracks = summary([*frames, {2: standing(310, height=120)}]).tracks()
    assert [round(track.reach, 1) for track in tracks] == [0, 0.9]
    assert choose_person(tracks).number == 1


def test_size_does_not_win_over_a_body() -> None:
    """A bush that was taken for a person is larger and in every frame, but has no body."""
    gathered = TrackSummary(320, 200)
    for place in range(10):
        bush = Tracked(1, standing(200, height=180), presence=0.9 if place % 3 == 0 else 0.1)
        walker = Tracked(2, standing(120, height=80), presence=0.99)
        gathered.add(FramePeople(place, place / 25, False, (bush, walker)))
    tracks = gathered.tracks()
    assert [(track.asked, track.confirmed) for track in tracks] == [(10, 4), (10, 10)]
    assert choose_person(tracks).number == 2
    assert choose_person(tracks[:1]).number == 1


def test_who_was_not_looked_at_is_not_doubted() -> None:
    (track,) = summary([{1: standing(160)}] * 3).tracks()
    assert (track.asked, track.confidence) == (0, 1)


def test_who_crosses_alone_is_meant() -> None:
    assert (
        choose_person(summary([{1: standing(30 * k + 20)} for k in range(9)]).tracks()).number == 1
    )


def test_equal_people_the_first_number() -> None:
    assert choose_person(summary([{1: standing(160), 2: standing(160)}]).tracks()).number == 1


def test_what_is_known_of_a_person() -> None:
    frames = [{}, {3: standing(160, height=50)}, {}, {3: standing(160, height=100)}]
    (track,) = summary(frames).tracks()
    assert (track.number, track.first, track.last, track.frames) == (3, 1, 3, 2)
    assert track.size == pytest.approx((20 * 50 + 40 * 100) / 2 / (320 * 200))
    assert track.middle == pytest.approx(1)


def test_the_wanted_one() -> None:
    tracks = summary([{1: standing(160), 2: standing(30, height=20)}]).tracks()
    assert choose_person(tracks, 2).number == 2
    with pytest.raises(InvalidRequestError, match="no person 5 in the video, only 1, 2"):
        choose_person(tracks, 5)


def test_nobody() -> None:
    with pytest.raises(InvalidRequestError, match="Nobody was found"):
        choose_person([])
