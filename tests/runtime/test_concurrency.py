import threading
import time
from collections.abc import Iterator

import pytest

from mimo_runtime.concurrency import parallel_map, prefetch


@pytest.mark.parametrize("count", [1, 2, 5])
def test_nothing_is_lost_or_mixed_up(count: int) -> None:
    assert list(prefetch(iter(range(20)), count)) == list(range(20))
    assert list(prefetch(iter(()), count)) == []


def test_an_item_is_made_while_the_one_before_is_worked_on() -> None:
    made = [threading.Event() for _ in range(6)]

    def items() -> Iterator[int]:
        for index, event in enumerate(made):
            event.set()
            yield index

    found = prefetch(items(), 2)

    assert next(found) == 0
    assert made[2].wait(10), "nobody makes the item after the next"
    assert not made[4].is_set(), "more is made than was to be kept"
    assert list(found) == [1, 2, 3, 4, 5]


def test_an_error_comes_in_its_place() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the second is broken")

    found = prefetch(items())

    assert next(found) == 1
    with pytest.raises(ValueError, match="second is broken"):
        next(found)


def test_who_stops_early_leaves_no_thread() -> None:
    before = threading.active_count()
    found = prefetch(iter(range(100)))
    next(found)

    found.close()  # type: ignore[attr-defined]

    assert threading.active_count() == before


@pytest.mark.parametrize("threads", [1, 2, 5, None])
def test_what_is_made_side_by_side_stays_in_order(threads: int | None) -> None:
    def slower_first(item: int) -> int:
        time.sleep(0.002 * (item % 3 == 0))
        return item * item

    assert list(parallel_map(slower_first, range(20), threads)) == [item**2 for item in range(20)]
    assert list(parallel_map(slower_first, (), threads)) == []


def test_two_are_made_at_a_time() -> None:
    meeting = threading.Barrier(2, timeout=10)

    assert len(list(parallel_map(lambda _: meeting.wait(), range(6), 2))) == 6


def test_no_more_items_are_taken_than_are_worked_on() -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(20):
            taken.append(item)
            yield item

    found = parallel_map(str, items(), 3)

    assert next(found) == "0"
    assert taken == [0, 1, 2, 3]


def test_an_error_of_one_comes_in_its_place() -> None:
    found = parallel_map(lambda item: 1 // (2 - item), range(5), 3)

    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(found)
