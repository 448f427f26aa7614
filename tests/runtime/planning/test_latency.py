"""The latency planner: what it claims is what its schedule does, and it says what it gave up."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.errors import InvalidRequestError, ResourceError
from mimo_runtime.planning.costs import LiveCosts
from mimo_runtime.planning.latency import (
    HEADROOM,
    LatencyTarget,
    plan_latency,
    timeline,
)
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.planning.promises import MAX_BUSY

RATE = Fraction(20)
COSTS = LiveCosts({8: 0.02}, 0.001, 0.004)


def target(latency_s: float | None = None, **changes: object) -> LatencyTarget:
    given_ = {"rate_fps": RATE, "latency_s": latency_s, "steps": 4, "carried_frames": 2} | changes
    return LatencyTarget(**given_)  # type: ignore[arg-type]


def test_a_timeline_by_hand() -> None:
    """Frames at 0, 1, 2, 3 s; a chunk of one, then one of two, then what is left."""
    costs = LiveCosts({4: 0.1, 1: 0.05}, 0.01, 0.02)
    finished = timeline(ChunkPlan((1,), 2, 1, 2), costs, Fraction(1), 4)
    first = 0.01 + 2 * 0.05 + 0.02
    second = 2 + 0.01 + 2 * 0.1 + 0.02
    last = 3 + 0.01 + 2 * 0.1 + 0.02
    assert finished == pytest.approx((first, second, second + 0.02, last))


def test_without_a_wish_all_steps_and_the_least_latency() -> None:
    plan = plan_latency(target(), COSTS)
    assert plan.chunks.steps == 4
    assert plan.chunks.carried_frames + plan.chunks.chunk_frames == 8
    for new in range(1, 7):
        other = ChunkPlan((), new, 8 - new, 4)
        slow = COSTS.scaled(HEADROOM)
        work_s = 4 * slow.step_s[8] + new * (slow.frame_in_s + slow.frame_out_s)
        if work_s * 20 / new <= MAX_BUSY:
            finished = timeline(other, slow, RATE, 6 * new)
            assert plan.latency_s <= max(f - i / 20 for i, f in enumerate(finished)) + 1e-9


def test_a_longer_latency_costs_less() -> None:
    tight, loose = (plan_latency(target(seconds), COSTS) for seconds in (0.26, 0.6))
    assert tight.chunks.steps == loose.chunks.steps == 4
    assert loose.busy < tight.busy
    assert loose.chunks.chunk_frames > tight.chunks.chunk_frames


def test_a_shorter_latency_costs_steps_and_says_so() -> None:
    plan = plan_latency(target(0.1), COSTS)
    assert plan.chunks.steps < 4
    assert f"{plan.chunks.steps} of 4 steps" in plan.reasons[0]
    full = plan_latency(target(), COSTS)
    assert "would be possible in" in full.reasons[2]


def test_what_cannot_be_kept_is_refused_with_what_can() -> None:
    with pytest.raises(InvalidRequestError, match=r"the least here is (\d+) ms") as refused:
        plan_latency(target(0.01), COSTS)
    least_s = int(str(refused.value).split("the least here is ")[1].split(" ms")[0]) / 1000
    assert plan_latency(target(least_s + 0.001), COSTS).chunks.steps >= 1
    with pytest.raises(ResourceError, match="send them at a lower rate"):
        plan_latency(target(rate_fps=Fraction(500)), COSTS)


def test_many_steps_are_planned_as_well() -> None:
    plan = plan_latency(target(2.0, steps=900, rate_fps=Fraction(1)), COSTS)
    assert 30 <= plan.chunks.steps < 45
    assert plan_latency(target(steps=900, rate_fps=Fraction(1, 100)), COSTS).chunks.steps == 900


def test_several_windows_are_used_for_what_they_cost() -> None:
    """A short window costs less, so that the first frame comes earlier."""
    wide = plan_latency(target(), LiveCosts({8: 0.04}, 0.001, 0.004))
    both = plan_latency(target(), LiveCosts({8: 0.04, 4: 0.02}, 0.001, 0.004))
    assert both.first_frame_s < wide.first_frame_s


@given(
    step_ms=st.integers(1, 40),
    frame_ms=st.integers(0, 8),
    latency_ms=st.integers(60, 900),
    fps=st.integers(5, 40),
    carried=st.integers(0, 4),
)
def test_claims_hold_on_the_stream_s_own_schedule(
    step_ms: int, frame_ms: int, latency_ms: int, fps: int, carried: int
) -> None:
    costs = LiveCosts({8: step_ms / 1000}, frame_ms / 2000, frame_ms / 1000)
    wish = target(latency_ms / 1000, rate_fps=Fraction(fps), carried_frames=carried)
    try:
        plan = plan_latency(wish, costs)
    except (InvalidRequestError, ResourceError):
        return
    assert plan.busy <= MAX_BUSY
    assert plan.chunks.carried_frames >= carried
    finished = timeline(plan.chunks, costs.scaled(HEADROOM), Fraction(fps), 120)
    delays = [end - index / fps for index, end in enumerate(finished)]
    assert max(delays) <= latency_ms / 1000 + 1e-9
    assert finished[0] == pytest.approx(plan.first_frame_s)
