"""Numbers that stay with their people."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.analysis.person import DetectedPerson
from mimo_runtime.analysis.tracker import Tracked, Tracker
from tests.runtime.analysis.people import BLUE, RED, standing

RATE_FPS = 25


def followed(frames: list[list[DetectedPerson]]) -> list[tuple[Tracked, ...]]:
    tracker = Tracker()
    return [tracker.update(people, place / RATE_FPS) for place, people in enumerate(frames)]


def numbers(tracked: tuple[Tracked, ...]) -> list[int]:
    return [one.number for one in tracked]


def number_of(tracked: tuple[Tracked, ...], person: DetectedPerson) -> int:
    return next(one.number for one in tracked if one.person.box == person.box)


def test_numbers_begin_on_the_left() -> None:
    (first,) = followed([[standing(300), standing(100), standing(200)]])
    assert [(one.number, one.person.box.centre[0]) for one in first] == [
        (1, 100),
        (2, 200),
        (3, 300),
    ]


@pytest.mark.parametrize("colours", [(RED, BLUE), (None, None)])
def test_two_who_cross_keep_their_numbers(colours: tuple) -> None:
    frames = [
        [standing(60 + 4 * k, 100, 80, colours[0]), standing(260 - 4 * k, 104, 80, colours[1])]
        for k in range(50)
    ]
    tracked = followed(frames)
    assert all(numbers(one) == [1, 2] for one in tracked)
    assert number_of(tracked[-1], frames[-1][0]) == 1


def test_two_who_cross_while_one_is_hidden_keep_their_numbers() -> None:
    frames = []
    for k in range(50):
        people = [standing(60 + 4 * k, 100, 80, RED), standing(260 - 4 * k, 104, 80, BLUE)]
        frames.append(people[:1] if 18 <= k <= 32 else people)
    tracked = followed(frames)
    assert number_of(tracked[-1], frames[-1][0]) == 1
    assert number_of(tracked[-1], frames[-1][1]) == 2
    assert numbers(tracked[25]) == [1]


@pytest.mark.parametrize(("away", "colours"), [(0.7, RED), (0.4, BLUE)])
def test_who_appears_beside_somebody_who_vanishes_is_another(away: float, colours: tuple) -> None:
    tracked = followed(
        [[standing(100, colours=RED)]] * 5 + [[standing(100 + away * 80, colours=colours)]]
    )
    assert numbers(tracked[-1]) == [2]


def test_who_steps_behind_something_of_another_colour_keeps_the_number() -> None:
    tracked = followed([[standing(100, colours=RED)]] * 5 + [[standing(104, colours=BLUE)]])
    assert numbers(tracked[-1]) == [1]


def test_a_short_loss_is_survived_and_a_long_one_is_not() -> None:
    def after_loss(missing: int) -> list[int]:
        seen = [[standing(100 + k)] for k in range(10)]
        lost: list[list[DetectedPerson]] = [[] for _ in range(missing)]
        return numbers(followed([*seen, *lost, [standing(110 + missing)]])[-1])

    assert after_loss(25) == [1]
    assert after_loss(60) == [2]


def test_somebody_else_elsewhere_gets_a_new_number() -> None:
    tracked = followed([[standing(100)], [standing(400)]])
    assert numbers(tracked[1]) == [2]


def test_other_clothes_at_some_distance_are_another_person() -> None:
    tracked = followed([[standing(100, colours=RED)], [standing(150, colours=BLUE)]])
    assert numbers(tracked[1]) == [2]


def test_a_cut_ends_all_tracks() -> None:
    tracker = Tracker()
    tracker.update([standing(100)], 0.0)
    assert numbers(tracker.update([standing(100)], 0.04, cut=True)) == [2]


def test_uneven_times_do_not_matter() -> None:
    tracker, draw, time_s = Tracker(), np.random.default_rng(5), 0.0
    for _ in range(60):
        time_s += draw.uniform(0.01, 0.12)
        found = tracker.update([standing(50 + 90 * time_s)], time_s)
        assert numbers(found) == [1]


SEEN = tuple([standing(100 + 2 * k)] for k in range(5))


class TestHold:
    """A person whom the finder misses and whom a closer look shows."""

    def recovered(self, looks_like, people=(), seen=None) -> tuple[Tracked, ...]:
        tracker = Tracker()
        frames = SEEN if seen is None else seen
        for place, found in enumerate(frames):
            tracker.update(found, place / RATE_FPS)
        return tracker.update(people, len(frames) / RATE_FPS, hold=looks_like)

    def test_it_keeps_its_number(self) -> None:
        (one,) = self.recovered(lambda expected, _: [replace(expected, score=0.9)])
        assert (one.number, one.recovered) == (1, True)
        assert one.person.score == 0.9

    def test_nobody_there_is_nobody(self) -> None:
        assert self.recovered(lambda *_: []) == ()

    def test_what_was_found_only_once_is_not_held(self) -> None:
        assert self.recovered(lambda expected, _: [expected], seen=SEEN[:1]) == ()

    def test_another_who_stands_there_is_not_taken_for_it(self) -> None:
        other = standing(110, colours=BLUE)
        seen = [[replace(person, colours=RED) for person in frame] for frame in SEEN]
        found = self.recovered(
            lambda expected, _: [replace(expected, box=other.box)], [other], seen
        )
        assert [one.recovered for one in found] == [False]

    def test_other_clothes_are_not_held(self) -> None:
        seen = [[replace(person, colours=RED) for person in frame] for frame in SEEN]
        assert (
            self.recovered(lambda expected, _: [replace(expected, colours=BLUE)], seen=seen) == ()
        )

    def test_it_is_not_held_for_ever(self) -> None:
        tracker = Tracker()
        for place, found in enumerate(SEEN):
            tracker.update(found, place / RATE_FPS)
        still = [
            tracker.update([], place / RATE_FPS, hold=lambda expected, _: [expected])
            for place in range(5, 5 + 8 * RATE_FPS)
        ]
        assert numbers(still[4 * RATE_FPS]) == [1]
        assert numbers(still[-1]) == []
