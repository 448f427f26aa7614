import asyncio

import pytest

from mimo_runtime.errors import BusyError, ServerUnreachableError
from mimo_runtime.sessions.admission import Admission, Place


def has_turn(place: Place) -> bool:
    return place.turn.is_set()


def test_takes_the_running_and_the_waiting_and_refuses_one_more() -> None:
    admission = Admission(max_sessions=1, max_waiting=1)
    first, second = admission.enter("a"), admission.enter("b")
    with pytest.raises(BusyError, match="1 at work and 1 waiting"):
        admission.enter("c")
    assert (admission.inside, admission.contended()) == (2, True)
    assert (has_turn(first), has_turn(second)) == (True, False)
    admission.leave(first)
    admission.leave(first)
    assert has_turn(second)
    assert (admission.inside, admission.contended()) == (1, False)


def test_one_that_leaves_the_queue_gives_its_place_back() -> None:
    admission = Admission(max_sessions=1, max_waiting=1)
    admission.enter("a")
    admission.leave(admission.enter("a"))
    assert not has_turn(admission.enter("a"))


def test_closed_it_sends_away_who_waits_and_lets_who_works_finish() -> None:
    admission = Admission(max_sessions=1, max_waiting=1)
    working, waiting = admission.enter("a"), admission.enter("a")
    admission.close()
    with pytest.raises(ServerUnreachableError, match="shutting down"):
        asyncio.run(waiting.wait(1))
    assert asyncio.run(working.wait(1))
    with pytest.raises(ServerUnreachableError, match="shutting down"):
        admission.check("b")
    assert admission.inside == 1


def test_hosts_take_turns() -> None:
    admission = Admission(max_sessions=1, max_waiting=9)
    greedy = [admission.enter("greedy") for _ in range(4)]
    other = admission.enter("other")
    assert [admission.position(place) for place in (*greedy[1:], other)] == [1, 2, 3, 0]
    admission.leave(greedy[0])
    assert has_turn(other)
    admission.leave(other)
    assert [has_turn(place) for place in greedy] == [True, True, False, False]


def test_one_host_may_be_bounded() -> None:
    admission = Admission(max_sessions=1, max_waiting=9, max_per_host=2)
    for _ in range(2):
        admission.enter("greedy")
    with pytest.raises(BusyError, match="2 streams of greedy"):
        admission.enter("greedy")
    admission.enter("other")
