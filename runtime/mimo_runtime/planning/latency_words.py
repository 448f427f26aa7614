"""What is said of the plan of a live stream: what was chosen and why, what cannot be."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mimo_runtime.planning.promises import MAX_BUSY, Promise, busy_of

if TYPE_CHECKING:
    from mimo_runtime.planning.latency_plans import LatencyPlan, LatencyTarget

_MUCH = 0.95  # of a latency; less than that is worth telling of
_FEW = 0.2  # of the frames that are asked for; fewer are no way out


def reasons(
    chosen: "LatencyPlan",
    target: "LatencyTarget",
    quickest: "LatencyPlan",
    others: Sequence[Promise],
) -> tuple[str, ...]:
    """Why a plan was chosen, and what would have to be given up for less latency.

    `quickest` is the plan of the least latency on an engine of its own.
    """
    chunks = chosen.chunks
    ramp = f" after {', '.join(map(str, chunks.ramp))}" if chunks.ramp else ""
    what = (
        f"Chunks of {chunks.chunk_frames} new frames{ramp}, with {chunks.carried_frames} carried, "
        f"in {chunks.steps} of {target.steps} steps: the first frame "
        f"{_ms(chosen.first_frame_s)} after the first pose, every frame at most "
        f"{_ms(chosen.latency_s)} after its own, the engine busy for {chosen.busy:.0%}."
    )
    late = f"A frame counts as late {_ms(chosen.agreed_s)} after its pose."
    if others:
        return what, late, _of_others(quickest, others)
    return what, late, _for_less(chosen, quickest)


def _of_others(quickest: "LatencyPlan", others: Sequence[Promise]) -> str:
    return (
        f"{_streams(others)} {busy_of(others):.0%} of the engine, and this plan fits beside that; "
        f"alone, {_ms(quickest.latency_s)} would be possible."
    )


def _for_less(chosen: "LatencyPlan", quickest: "LatencyPlan") -> str:
    if quickest.latency_s >= _MUCH * chosen.latency_s:
        return "Less latency needs a faster engine, or frames at a lower rate."
    given_up = (
        f"in {quickest.chunks.steps} of {chosen.chunks.steps} steps"
        if quickest.chunks.steps < chosen.chunks.steps
        else f"with the engine busy for {quickest.busy:.0%} instead of {chosen.busy:.0%}"
    )
    return f"{_ms(quickest.latency_s)} would be possible {given_up}."


def too_fast(target: "LatencyTarget", least_busy: float) -> str:
    """That frames arrive faster than they can be made."""
    return (
        f"Poses come at {float(target.rate_fps):g} a second and this engine makes "
        f"{_most_fps(target, least_busy, MAX_BUSY):.2g} frames a second at most, however few the "
        "steps; send them at a lower rate, or use a faster engine or a bundle of a smaller size."
    )


def too_short(target: "LatencyTarget", quickest: "LatencyPlan") -> str:
    """That a latency cannot be kept, whoever else is there."""
    return (
        f"A latency of {_ms(target.latency_s or 0)} cannot be kept at {float(target.rate_fps):g} "
        f"frames a second; the least here is {_ms(quickest.latency_s)}, with "
        f"{quickest.chunks.steps} steps. Ask for that, or send at another rate, or use a faster "
        "engine."
    )


def too_busy(
    target: "LatencyTarget",
    least: "LatencyPlan | None",
    least_busy: float,
    others: Sequence[Promise],
) -> str:
    """That others leave too little; `least` is the plan of the least latency beside them."""
    asked = f"{float(target.rate_fps):g} frames a second"
    if target.latency_s is not None:
        asked += f" within {_ms(target.latency_s)}"
    left_fps = _most_fps(target, least_busy, MAX_BUSY - busy_of(others))
    way_out = ""
    if least is not None:
        steps = f"{least.chunks.steps} of {target.steps} steps"
        way_out = f", or ask for {_ms(least.latency_s)}, which can be kept in {steps}"
    elif left_fps >= _FEW * float(target.rate_fps):
        way_out = f", or ask for {left_fps:.2g} frames a second at most"
    return (
        f"{_streams(others)} {busy_of(others):.0%} of the engine, and no plan beside that keeps "
        f"{asked}. Try again when one has ended{way_out}."
    )


def _most_fps(target: "LatencyTarget", least_busy: float, share: float) -> float:
    return float(target.rate_fps) * share / least_busy


def _streams(others: Sequence[Promise]) -> str:
    return "Another live stream takes" if len(others) == 1 else f"{len(others)} live streams take"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
