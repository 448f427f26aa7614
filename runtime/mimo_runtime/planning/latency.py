"""How a live stream is cut into chunks so that a latency is kept: measured times in, a plan out."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mimo_runtime.errors import BusyError, InvalidRequestError, MimoError, ResourceError
from mimo_runtime.planning import latency_words as words
from mimo_runtime.planning.costs import LiveCosts
from mimo_runtime.planning.latency_plans import (
    LatencyPlan,
    LatencyTarget,
    foreseen,
    plans,
)
from mimo_runtime.planning.live_schedule import ChunkPlan
from mimo_runtime.planning.promises import MAX_BUSY, Promise, are_kept, least_deadline_s

HEADROOM = 1.15  # what measured times are multiplied with: no machine is always as fast
LONGEST_S = 60.0  # wait for other streams that is looked at
_DIGITS = 5  # a hundredth of a millisecond


def plan_latency(
    target: LatencyTarget, costs: LiveCosts, others: Sequence[Promise] = ()
) -> LatencyPlan:
    """The plan with the most steps that keeps the latency; of those the one that costs least.

    Where no latency is asked for, all steps are done and the latency is the least. It leaves to
    `others`, which have the same engine, what they were promised.

    Raises:
        ResourceError: frames arrive faster than they can be made.
        InvalidRequestError: the latency cannot be kept; the sentence says what can.
        BusyError: it could, were it not for the others; the sentence says what can beside them.
    """
    slower = costs.scaled(HEADROOM)
    candidates = list(plans(target, slower))
    able = [plan for plan in candidates if plan.busy <= MAX_BUSY]
    if not able:
        raise ResourceError(words.too_fast(target, min(plan.busy for plan in candidates)))
    chosen = _best(target, slower, able, others)
    if chosen is None:
        raise _refusal(target, slower, able, others)
    reasons = words.reasons(chosen, target, _quickest(able), others)
    return replace(chosen, reasons=reasons)


def promise_of(plan: LatencyPlan, target: LatencyTarget, costs: LiveCosts) -> Promise:
    """What a plan that was made with these costs takes of the engine."""
    slower = costs.scaled(HEADROOM)
    alone = foreseen(plan.chunks, target, slower)
    promise = _promise(plan.chunks, target, slower)
    return replace(promise, deadline_s=promise.urgent_s + plan.agreed_s - alone.latency_s)


def _best(
    target: LatencyTarget, costs: LiveCosts, able: list[LatencyPlan], others: Sequence[Promise]
) -> LatencyPlan | None:
    """The plan that is wished for, beside others; None where there is none."""
    most_s = target.latency_s or math.inf
    for steps in sorted({plan.chunks.steps for plan in able}, reverse=True):
        alone = [plan for plan in able if plan.chunks.steps == steps and plan.latency_s <= most_s]
        kept = list(_beside(alone, target, costs, others)) if others else alone
        if target.latency_s is None and kept:
            return min(kept, key=_promptness)
        if kept:  # what leaves no room for others would keep them out, however little it takes
            return min([plan for plan in kept if plan.leaves_room] or kept, key=_cost)
    return None


def _promptness(plan: LatencyPlan) -> tuple[float, float, float]:
    """Latency first, of equal ones the first frame; what is equal but for rounding is equal."""
    return round(plan.latency_s, _DIGITS), round(plan.first_frame_s, _DIGITS), plan.busy


def _cost(plan: LatencyPlan) -> tuple[float, float]:
    return plan.busy, plan.first_frame_s


def _beside(
    alone: list[LatencyPlan], target: LatencyTarget, costs: LiveCosts, others: Sequence[Promise]
) -> Iterator[LatencyPlan]:
    """Those that can be kept beside others, with what their frames wait for them."""
    deadlines_s: dict[ChunkPlan, float | None] = {}
    for plan in alone:
        promise = _promise(plan.chunks, target, costs)
        steady = replace(plan.chunks, ramp=())
        if steady not in deadlines_s:
            spare_s = LONGEST_S if target.latency_s is None else target.latency_s - plan.latency_s
            most_s = promise.urgent_s + spare_s
            deadlines_s[steady] = least_deadline_s(promise, others, most_s)
        deadline_s = deadlines_s[steady]
        if deadline_s is None:
            continue
        wait_s = deadline_s - promise.urgent_s
        agreed_s = target.latency_s or plan.agreed_s + wait_s
        later = replace(
            plan,
            first_frame_s=plan.first_frame_s + wait_s,
            latency_s=plan.latency_s + wait_s,
            agreed_s=agreed_s,
        )
        if later.latency_s <= agreed_s and _keeps_ramp(later, plan, target, costs, others):
            yield later


def _keeps_ramp(
    later: LatencyPlan,
    alone: LatencyPlan,
    target: LatencyTarget,
    costs: LiveCosts,
    others: Sequence[Promise],
) -> bool:
    """Whether others are kept while the chunks are short too, as if they stayed so."""
    for new in set(later.chunks.ramp):
        promise = _promise(replace(later.chunks, ramp=(), chunk_frames=new), target, costs)
        shorter_s = float((later.chunks.chunk_frames - new) / target.rate_fps)
        spare_s = later.agreed_s - alone.latency_s + shorter_s
        if not are_kept([*others, replace(promise, deadline_s=promise.urgent_s + spare_s)]):
            return False
    return True


def _promise(chunks: ChunkPlan, target: LatencyTarget, costs: LiveCosts) -> Promise:
    """What a plan takes of the engine, due at once."""
    pass_s, frame_s = costs.pass_s(chunks.window_frames), costs.frame_in_s + costs.frame_out_s
    return Promise(
        period_s=float(chunks.chunk_frames / target.rate_fps),
        frames=chunks.chunk_frames,
        urgent_s=chunks.steps * pass_s + frame_s,
        frame_s=frame_s,
        piece_s=costs.longest_s(chunks.window_frames),
        deadline_s=0.0,
    )


def _quickest(able: list[LatencyPlan]) -> LatencyPlan:
    return min(able, key=lambda plan: (round(plan.latency_s, _DIGITS), -plan.chunks.steps))


def _refusal(
    target: LatencyTarget, costs: LiveCosts, able: list[LatencyPlan], others: Sequence[Promise]
) -> MimoError:
    quickest = _quickest(able)
    if target.latency_s is not None and quickest.latency_s > target.latency_s:
        return InvalidRequestError(words.too_short(target, quickest))
    fewest = min(plan.chunks.steps for plan in able)
    prompt = replace(target, latency_s=None)
    quick = [foreseen(p.chunks, prompt, costs) for p in able if p.chunks.steps == fewest]
    least = _best(prompt, costs, quick, others)
    return BusyError(words.too_busy(target, least, min(plan.busy for plan in able), others))
