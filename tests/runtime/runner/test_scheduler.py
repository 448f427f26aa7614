"""Whose turn it is: deadlines first, then in turn, and nobody starves among equals."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.runner.scheduler import Scheduler


def anyone(stream: int) -> bool:
    return True


def test_streams_without_deadline_take_turns() -> None:
    scheduler = Scheduler[int]()
    for stream in (3, 1, 2):
        scheduler.add(stream)
    assert [scheduler.next(anyone) for _ in range(6)] == [3, 1, 2, 3, 1, 2]


def test_the_nearest_deadline_goes_first_and_one_that_waits_is_passed_over() -> None:
    scheduler = Scheduler[int]()
    scheduler.add(1)
    scheduler.add(2, deadline_s=50.0)
    scheduler.add(3, deadline_s=40.0)
    assert scheduler.next(anyone) == 3
    assert scheduler.next(lambda stream: stream != 3) == 2
    scheduler.remove(3)
    scheduler.remove(2)
    assert len(scheduler) == 1
    assert scheduler.next(anyone) == 1
    assert scheduler.next(lambda _: False) is None
    assert Scheduler[int]().next(anyone) is None


def test_who_comes_later_goes_behind_who_waits_and_before_who_has_just_had_a_turn() -> None:
    scheduler = Scheduler[str]()
    for host in ("a", "b"):
        scheduler.add(host)
    assert scheduler.next(lambda _: True) == "a"
    scheduler.add("c")
    assert [scheduler.next(lambda _: True) for _ in range(4)] == ["b", "c", "a", "b"]


@given(st.lists(st.sampled_from([None, 5.0]), min_size=1, max_size=6), st.integers(1, 40))
def test_equals_get_equal_shares(deadlines: list[float | None], turns: int) -> None:
    scheduler = Scheduler[int]()
    for stream, deadline_s in enumerate(deadlines):
        scheduler.add(stream, deadline_s)
    first = [s for s, deadline in enumerate(deadlines) if deadline is not None]
    expected = first or list(range(len(deadlines)))
    had = Counter(scheduler.next(anyone) for _ in range(turns))
    assert set(had) <= set(expected)
    assert max(had.values()) - min(had[stream] for stream in expected) <= 1
