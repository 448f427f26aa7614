"""Shares of an engine: given out once, kept where a plan fails, planned by how the engine does."""

from fractions import Fraction

import pytest

from mimo_runtime.errors import BusyError, CancelledError, InvalidRequestError
from mimo_runtime.planning.costs import LiveCosts
from mimo_runtime.planning.latency_plans import LatencyPlan, LatencyTarget
from mimo_runtime.planning.live_schedule import BeginChunk
from mimo_runtime.planning.schedule import Condition, Decode, Pass
from mimo_runtime.runner.live_shares import LiveShare, LiveShares

COSTS = LiveCosts({8: 0.1}, 0.005, 0.01, scene_s=0.02)
RATE = Fraction(5)


def target(latency_s: float | None = None) -> LatencyTarget:
    return LatencyTarget(RATE, latency_s, steps=1, carried_frames=2)


def planned(shares: LiveShares, latency_s: float | None = None) -> tuple[LiveShare, LatencyPlan]:
    share = LiveShare(shares)
    return share, share.plan(target(latency_s), COSTS)


def test_the_time_of_an_engine_is_given_out_once() -> None:
    """A second stream takes what is left, in longer chunks; what is released can be taken."""
    shares = LiveShares(lambda _name: COSTS)
    first, prompt = planned(shares)
    second, patient = planned(shares)
    assert patient.chunks.chunk_frames > prompt.chunks.chunk_frames == 1
    assert shares.busy == pytest.approx(prompt.busy + patient.busy)
    with pytest.raises(BusyError, match="2 live streams take"):
        planned(shares, latency_s=0.2)
    first.release()
    first.release()
    assert shares.busy == pytest.approx(patient.busy)
    second.release()
    assert planned(shares)[1] == prompt


def test_a_plan_that_fails_changes_nothing() -> None:
    shares = LiveShares(lambda _name: COSTS)
    share, plan = planned(shares)
    for latency_s, error in ((1e-6, InvalidRequestError), (2.0, ZeroDivisionError)):

        def fail(latency_s: float = latency_s) -> None:
            with share.unless_it_fails():
                assert share.plan(target(latency_s), COSTS).busy != plan.busy
                raise ZeroDivisionError

        with pytest.raises(error):
            fail()
        assert shares.busy == pytest.approx(plan.busy)


def test_what_is_replanned_counts_once_and_nothing_of_who_has_left() -> None:
    shares = LiveShares(lambda _name: COSTS)
    share, _ = planned(shares)
    again = share.plan(target(2.0), COSTS)
    assert shares.busy == pytest.approx(again.busy)
    share.release()
    with pytest.raises(CancelledError):
        share.plan(target(), COSTS)
    assert shares.busy == 0


def test_who_comes_later_is_planned_by_how_the_engine_does() -> None:
    """One that turns out to be twice as slow is planned so."""
    shares = LiveShares(lambda _name: COSTS)
    share, plan = planned(shares, latency_s=1.0)
    for chunk in range(200):
        took_s = {
            BeginChunk(chunk, 7): 0.04, Condition(chunk): 0.01, Pass(0, chunk): 0.2,
            Decode(chunk): 0.02,
        }  # fmt: skip
        for work, seconds in took_s.items():
            share.measured(work, 8, seconds)
    share.release()
    _, slower = planned(shares, latency_s=2.0)
    _, twice = planned(LiveShares(lambda _name: COSTS), latency_s=2.0)
    assert slower.busy > 1.5 * twice.busy
    assert plan.chunks.chunk_frames > 1
