"""The cancellation token: given by a caller or by the clock."""

import math

import pytest

from mimo_runtime.errors import CancelledError, DeadlineExceededError
from mimo_runtime.synthesis import cancellation


def test_nobody_stops() -> None:
    cancellation.CancellationToken().check()
    cancellation.CancellationToken(deadline_s=math.inf).check()


def test_cancelled() -> None:
    token = cancellation.CancellationToken(deadline_s=0)
    token.cancel()
    token.cancel()
    for _ in range(2):
        with pytest.raises(CancelledError, match="was cancelled; nothing of it is kept"):
            token.check()


def test_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 100.0
    monkeypatch.setattr(cancellation.time, "monotonic", lambda: now_s)
    token = cancellation.CancellationToken(deadline_s=5)
    now_s = 104.9
    token.check()
    now_s = 105.0
    with pytest.raises(DeadlineExceededError, match="allow more time, fewer steps"):
        token.check()


def test_who_listens_is_told_once_also_when_late() -> None:
    told: list[int] = []
    token = cancellation.CancellationToken()
    token.on_cancel(lambda: told.append(1))
    assert not told
    token.cancel()
    token.cancel()
    token.on_cancel(lambda: told.append(2))
    assert told == [1, 2]


def test_the_time_that_is_left() -> None:
    assert cancellation.CancellationToken().remaining_s is None
    left_s = cancellation.CancellationToken(deadline_s=1000).remaining_s
    assert left_s is not None
    assert 0 < left_s <= 1000
    assert cancellation.CancellationToken(deadline_s=0).remaining_s == 0
