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


def test_positions_are_those_in_which_the_sessions_then_begin() -> None:
    admission = Admission(max_sessions=1, max_waiting=9)
    at_work = admission.enter("a")
    waiting = [admission.enter(host) for host in ("a", "a", "b", "b", "c")]
    foretold = sorted(waiting, key=admission.position)
    assert [admission.position(place) for place in foretold] == [0, 1, 2, 3, 4]
    began = []
    while waiting:
        admission.leave(at_work)
        at_work = next(place for place in waiting if has_turn(place))
        waiting.remove(at_work)
        began.append(at_work)
    assert began == foretold
    assert [place.host for place in began] == ["b", "c", "a", "b", "a"]


def test_a_host_that_comes_back_goes_behind_one_that_waits() -> None:
    admission = Admission(max_sessions=1, max_waiting=9)
    first, _ = admission.enter("a"), admission.enter("b")
    admission.leave(first)
    other, again = admission.enter("c"), admission.enter("a")
    assert [admission.position(place) for place in (other, again)] == [0, 1]


def test_one_host_may_be_bounded() -> None:
    admission = Admission(max_sessions=1, max_waiting=9, max_per_host=2)
    for _ in range(2):
        admission.enter("greedy")
    with pytest.raises(BusyError, match="2 streams of greedy"):
        admission.enter("greedy")
    admission.enter("other")
