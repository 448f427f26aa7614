import pytest

from mimo_runtime.errors import BusyError, ServerUnreachableError
from mimo_runtime.sessions.admission import Admission


def test_takes_the_running_and_the_waiting_and_refuses_one_more() -> None:
    admission = Admission(max_sessions=1, max_waiting=1)
    with admission.place(), admission.place():
        with pytest.raises(BusyError, match="1 at work and 1 waiting"), admission.place():
            pass
        assert admission.inside == 2
    assert admission.inside == 0


def test_a_failed_session_gives_its_place_back() -> None:
    admission = Admission(max_sessions=1, max_waiting=0)
    with pytest.raises(ZeroDivisionError), admission.place():
        raise ZeroDivisionError
    with admission.place():
        assert admission.inside == 1


def test_closed_it_lets_nobody_in_and_throws_nobody_out() -> None:
    admission = Admission(max_sessions=2, max_waiting=0)
    with admission.place():
        admission.close()
        with pytest.raises(ServerUnreachableError, match="shutting down"), admission.place():
            pass
        assert admission.inside == 1
