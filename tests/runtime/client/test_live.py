"""What a live client knows of the server's room for postures."""

import threading

from mimo_runtime.client.live import LiveCall


def test_frames_that_tell_the_same_make_room_once() -> None:
    call = object.__new__(LiveCall)
    call._room, call._taken = threading.Semaphore(0), 0
    for gone in (3, 3, 2, 4):
        call._make_room(gone)
    assert [call._room.acquire(blocking=False) for _ in range(5)] == [True] * 4 + [False]
