"""The latency planner: what it claims is what its schedule does, and it says what it gave up."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.errors import BusyError, InvalidRequestError, ResourceError
from mimo_runtime.planning.costs import LiveCosts
from mimo_runtime.planning.latency import HEADROOM, plan_latency, promise_of
from mimo_runtime.planning.latency_plans import LatencyPlan, LatencyTarget, timeline
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.planning.promises import MAX_BUSY, Promise, are_kept

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


FIVE = Fraction(5)
SHIPPED = LiveCosts({8: 0.085}, 0.010, 0.016, 0.015, 0.003)  # of the order of a small machine's


def joined(count: int, latency_s: float | None) -> tuple[list[LatencyPlan], Exception | None]:
    """The plans of streams that join one after the other, and why no more do."""
    wish, plans = LatencyTarget(FIVE, latency_s, 1, 2), list[LatencyPlan]()
    promises: list[Promise] = []
    for _ in range(count):
        try:
            plans.append(plan_latency(wish, SHIPPED, promises))
        except BusyError as error:
            return plans, error
        promises.append(promise_of(plans[-1], wish, SHIPPED))
        assert are_kept(promises)
    return plans, None


def test_who_joins_takes_the_best_plan_of_what_is_left() -> None:
    (first, second), error = joined(3, None)
    assert first.chunks.chunk_frames == 1 < second.chunks.chunk_frames
    assert first.latency_s < first.agreed_s < second.latency_s
    assert "Another live stream takes" in second.reasons[2]
    assert "no plan beside that keeps 5 frames a second. Try again when one" in str(error)


def test_as_many_join_as_the_latency_bears() -> None:
    """Four, of long chunks, which make few passes; with less time fewer, and shorter ones."""
    plans, error = joined(4, 1.6)
    assert error is None
    assert all(plan.latency_s <= plan.agreed_s == 1.6 for plan in plans)
    assert [plan.chunks.chunk_frames for plan in plans] == [6] * 4
    plans, error = joined(4, 0.6)
    assert [plan.chunks.chunk_frames for plan in plans] == [2, 2]
    assert "2 live streams take" in str(error)


def test_a_refusal_names_the_latency_that_fits() -> None:
    plans, error = joined(2, 0.3)
    assert len(plans) == 1
    assert "within 300 ms" in str(error)
    least_ms = int(str(error).split("ask for ")[1].split(" ms")[0])
    promises = [promise_of(plans[0], LatencyTarget(FIVE, 0.3, 1, 2), SHIPPED)]
    wish = LatencyTarget(FIVE, (least_ms + 1) / 1000, 1, 2)
    assert plan_latency(wish, SHIPPED, promises).chunks.steps == 1


def test_one_who_has_time_leaves_room_for_a_pass_of_others() -> None:
    """A chunk more would cost less, and would keep everybody else out."""
    (plan,), _ = joined(1, 1.2)
    assert plan.leaves_room
    longer = replace(plan.chunks, ramp=(), chunk_frames=6, carried_frames=2)
    finished = timeline(longer, SHIPPED.scaled(HEADROOM), FIVE, 6)
    assert plan.chunks.chunk_frames < 6
    assert finished[0] < 1.2


def test_all_work_on_a_frame_s_way_counts() -> None:
    way = replace(COSTS, scene_s=0.01, delivery_s=0.005)
    plan, bare = (plan_latency(target(steps=1), costs) for costs in (way, COSTS))
    assert plan.latency_s == pytest.approx(bare.latency_s + 0.015 * HEADROOM)
    assert plan.busy == pytest.approx(bare.busy)


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
