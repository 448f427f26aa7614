"""Admission by deadlines, beside a clock that goes through what the test only foresees."""

import heapq
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mimo_runtime.planning.promises import MAX_BUSY, Promise, are_kept, busy_of, least_deadline_s

ONE = Promise(period_s=0.2, frames=1, urgent_s=0.12, frame_s=0.02, piece_s=0.1, deadline_s=0.2)
FOUR = Promise(period_s=0.8, frames=4, urgent_s=0.12, frame_s=0.02, piece_s=0.1, deadline_s=0.4)


def latest_s(promises: Sequence[Promise], offsets_s: Sequence[float], chunks: int) -> float:
    """How late the latest frame is that an engine makes which takes what is due first.

    Each piece is ended once it was begun; all of a chunk's work is there when it is complete.
    """
    work = []  # complete at, due at, pieces
    for promise, offset_s in zip(promises, offsets_s, strict=True):
        for chunk in range(chunks):
            complete_s = offset_s + chunk * promise.period_s
            for frame in range(promise.frames):
                due_s = complete_s + promise.deadline_s + frame * promise.period_s / promise.frames
                left_s = promise.frame_s if frame else promise.urgent_s
                pieces = []
                while left_s > 1e-9:
                    pieces.append(min(left_s, promise.piece_s))
                    left_s -= pieces[-1]
                work.append((complete_s, due_s, pieces))
    work.sort()
    ready: list[tuple[float, int, list[float]]] = []
    now_s, late_s, number = 0.0, 0.0, 0
    while ready or number < len(work):
        if not ready:
            now_s = max(now_s, work[number][0])
        while number < len(work) and work[number][0] <= now_s:
            heapq.heappush(ready, (work[number][1], number, list(work[number][2])))
            number += 1
        due_s, _, pieces = ready[0]
        now_s += pieces.pop(0) if pieces else 0.0
        if not pieces:
            heapq.heappop(ready)
            late_s = max(late_s, now_s - due_s)
    return late_s


def test_by_hand() -> None:
    assert ONE.busy == pytest.approx(0.6)
    assert FOUR.busy == pytest.approx(0.18 / 0.8)
    assert ONE.due_s(0.19) == 0
    assert ONE.due_s(0.4) == pytest.approx(0.24)
    assert FOUR.due_s(0.6) == pytest.approx(0.14)
    assert are_kept([])
    assert are_kept([ONE])
    assert not are_kept([ONE, ONE])  # of an engine there is one
    assert not are_kept([ONE, FOUR])  # a pass of the second makes the first late
    patient = replace(ONE, deadline_s=0.22)
    assert are_kept([patient, replace(FOUR, deadline_s=0.6)])
    assert not are_kept([patient, replace(FOUR, deadline_s=0.2)])


def test_the_least_deadline_beside_others() -> None:
    patient = replace(ONE, deadline_s=0.22)
    assert least_deadline_s(ONE, [], 1.0) == pytest.approx(ONE.urgent_s)
    found_s = least_deadline_s(FOUR, [patient], 5.0)
    assert found_s is not None
    assert are_kept([patient, replace(FOUR, deadline_s=found_s)])
    assert not are_kept([patient, replace(FOUR, deadline_s=found_s - 2e-3)])
    assert least_deadline_s(FOUR, [patient], found_s - 0.05) is None
    assert least_deadline_s(ONE, [ONE], 60.0) is None


@st.composite
def streams(draw: st.DrawFn) -> Promise:
    frames = draw(st.integers(1, 6))
    period_s = frames * draw(st.sampled_from([0.04, 0.1, 0.2]))
    urgent_s = draw(st.integers(1, 20)) / 100
    frame_s = draw(st.integers(0, 3)) / 100
    deadline_s = urgent_s + draw(st.integers(0, 60)) / 100
    return Promise(period_s, frames, urgent_s, frame_s, max(urgent_s / 2, frame_s), deadline_s)


@given(st.lists(streams(), min_size=1, max_size=4), st.data())
def test_what_is_promised_is_kept(promises: list[Promise], data: st.DataObject) -> None:
    """However the streams lie beside each other, no frame is late."""
    assume(are_kept(promises))
    assert busy_of(promises) <= MAX_BUSY
    offsets_s = [0.0, *(data.draw(st.integers(0, 100)) / 100 for _ in promises[1:])]
    assert latest_s(promises, offsets_s, 12) <= 1e-6
