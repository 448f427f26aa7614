"""Queues that are bounded: who waits, who gives way."""

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.planning.frame_queue import FrameQueue, QueuePolicy


@given(
    capacity=st.integers(1, 4),
    policy=st.sampled_from(QueuePolicy),
    puts=st.lists(st.booleans(), max_size=40),
)
def test_as_a_list_of_the_newest_or_the_first(
    capacity: int, policy: QueuePolicy, puts: list[bool]
) -> None:
    queue = FrameQueue[int](capacity, policy)
    wanted: deque[int] = deque()
    dropped = 0
    for number, put in enumerate(puts):
        if not put:
            assert queue.take() == (wanted.popleft() if wanted else None)
            continue
        room = len(wanted) < capacity
        assert queue.full is not room
        assert queue.put(number) is (room or policy is QueuePolicy.LIVE)
        if not room and policy is QueuePolicy.LIVE:
            wanted.popleft()
            dropped += 1
        if room or policy is QueuePolicy.LIVE:
            wanted.append(number)
        assert len(queue) == len(wanted) <= capacity
        assert queue.dropped == dropped
