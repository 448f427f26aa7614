from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.jobs.turns import Waiting, order_of_turns


def test_callers_take_turns_and_of_one_the_urgent_and_the_older_go_first() -> None:
    waiting = [
        Waiting(1, "many", 0),
        Waiting(2, "many", 0),
        Waiting(3, "many", 5),
        Waiting(4, "few", 0),
        Waiting(5, "late", 100),
    ]
    assert order_of_turns(waiting, {}) == [3, 4, 5, 1, 2]
    assert order_of_turns(waiting, {"few": 1, "many": 2}) == [5, 4, 3, 1, 2]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(-3, 3)), max_size=30))
def test_nobody_is_passed_over(asked: list[tuple[str, int]]) -> None:
    """Each caller's first job begins before any other caller's second one."""
    waiting = [Waiting(number, *each) for number, each in enumerate(asked)]
    order = order_of_turns(waiting, {"a": 7})
    assert sorted(order) == list(range(len(asked)))
    callers = [asked[number][0] for number in order]
    everybody = set(callers)
    assert set(callers[: len(everybody)]) == everybody
