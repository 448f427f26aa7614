"""The stop signal: given by a caller or by the clock."""

import math

import pytest

from mimo_runtime.errors import CancelledError, DeadlineExceededError
from mimo_runtime.synthesis import stop


def test_nobody_stops() -> None:
    stop.StopSignal().check()
    stop.StopSignal(deadline_s=math.inf).check()


def test_cancelled() -> None:
    signal = stop.StopSignal(deadline_s=0)
    signal.cancel()
    signal.cancel()
    for _ in range(2):
        with pytest.raises(CancelledError, match="was cancelled; nothing of it is kept"):
            signal.check()


def test_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 100.0
    monkeypatch.setattr(stop.time, "monotonic", lambda: now_s)
    signal = stop.StopSignal(deadline_s=5)
    now_s = 104.9
    signal.check()
    now_s = 105.0
    with pytest.raises(DeadlineExceededError, match="allow more time, fewer steps"):
        signal.check()
