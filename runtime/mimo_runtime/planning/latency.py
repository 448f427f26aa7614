"""How a live stream is cut into chunks so that a latency is kept: measured times in, a plan out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from mimo_runtime.errors import InvalidRequestError, ResourceError
from mimo_runtime.planning.live_schedule import (
    Arrival,
    Await,
    BeginChunk,
    ChunkPlan,
    live_schedule,
)
from mimo_runtime.planning.schedule import Condition, Decode, Pass

HEADROOM = 1.25  # what measured times are multiplied with: no machine is always as fast
MAX_BUSY = 0.9
_SIMULATED_CHUNKS = 6
_FEW_STEPS = 12
_DIGITS = 5  # a hundredth of a millisecond


@dataclass(frozen=True, slots=True)
class LiveCosts:
    """What was measured, in seconds.

    `step_s` of one denoiser call, by the frames that its window holds; `frame_in_s` from a pose to
    its condition map; `frame_out_s` from latents to a composed frame.
    """

    step_s: Mapping[int, float]
    frame_in_s: float
    frame_out_s: float

    def pass_s(self, frames: int) -> float:
        """One call for a window of `frames`: that of the smallest window which holds them."""
        return self.step_s[min(size for size in self.step_s if size >= frames)]

    def of_steps(self, steps: int) -> "LiveCosts":
        """The same with passes that take as long as `steps` of them."""
        passes = {frames: seconds * steps for frames, seconds in self.step_s.items()}
        return LiveCosts(passes, self.frame_in_s, self.frame_out_s)

    def scaled(self, factor: float) -> "LiveCosts":
        """The same, `factor` times as slow."""
        steps = {frames: seconds * factor for frames, seconds in self.step_s.items()}
        return LiveCosts(steps, self.frame_in_s * factor, self.frame_out_s * factor)


@dataclass(frozen=True, slots=True)
class LatencyTarget:
    """What is asked for.

    Frames arrive at `rate_fps` and shall leave `latency_s` later at most (None: as early as they
    can). `steps` and fewer are allowed down to `fewest_steps`; a chunk carries `carried_frames` at
    least, where there are any.
    """

    rate_fps: Fraction
    latency_s: float | None
    steps: int
    carried_frames: int
    fewest_steps: int = 1


@dataclass(frozen=True, slots=True)
class LatencyPlan:
    """What was chosen and what follows from it.

    `first_frame_s` from the first pose to the first frame; `latency_s` the longest way of any frame
    from its pose; `busy` the share of the engine's time that the stream takes.
    """

    chunks: ChunkPlan
    first_frame_s: float
    latency_s: float
    busy: float
    reasons: tuple[str, ...] = ()


def plan_latency(target: LatencyTarget, costs: LiveCosts) -> LatencyPlan:
    """The plan with the most steps that keeps the latency; of those the one that costs least.

    Where no latency is asked for, all steps are done and the latency is the least.

    Raises:
        ResourceError: frames arrive faster than they can be made.
        InvalidRequestError: the latency cannot be kept; the sentence says what can.
    """
    slower = costs.scaled(HEADROOM)
    plans = list(_plans(target, slower))
    able = [plan for plan in plans if plan.busy <= MAX_BUSY]
    if not able:
        raise ResourceError(_too_fast(target, plans))
    if target.latency_s is None:
        most = max(plan.chunks.steps for plan in able)
        full = [plan for plan in able if plan.chunks.steps == most]
        chosen = min(full, key=_promptness)
    else:
        kept = [plan for plan in able if plan.latency_s <= target.latency_s]
        if not kept:
            raise InvalidRequestError(_too_short(target, able))
        chosen = min(kept, key=lambda plan: (-plan.chunks.steps, plan.busy, plan.first_frame_s))
    return _explained(chosen, able, target)


def _promptness(plan: LatencyPlan) -> tuple[float, float, float]:
    """Latency first, of equal ones the first frame; what is equal but for rounding is equal."""
    return round(plan.latency_s, _DIGITS), round(plan.first_frame_s, _DIGITS), plan.busy


def timeline(
    chunks: ChunkPlan, costs: LiveCosts, rate_fps: Fraction, frame_count: int
) -> tuple[float, ...]:
    """When each frame is finished, in seconds after the first pose, on an engine of its own.

    The stream's own schedule, gone through with a clock that frames, arriving at `rate_fps`, and
    work move on.
    """
    now_s, window = 0.0, 0
    finished: list[float] = []

    def arrival(frame: int) -> Arrival:
        return Arrival.HERE if frame < frame_count else Arrival.ENDED

    for work in live_schedule(chunks, arrival):
        match work:
            case Await(frame) if frame < frame_count:
                now_s = max(now_s, float(frame / rate_fps))
            case BeginChunk(_, carried):
                window = carried
            case Condition():
                now_s += costs.frame_in_s
                window += 1
            case Pass():
                now_s += costs.pass_s(window)
            case Decode():
                now_s += costs.frame_out_s
                finished.append(now_s)
    return tuple(finished)


def _plans(target: LatencyTarget, costs: LiveCosts) -> Iterator[LatencyPlan]:
    """Every plan that fills a window: a pass costs the same however full its window is."""
    longest = max(costs.step_s)
    for window in sorted(costs.step_s):
        least = min(target.carried_frames, longest - 1)
        for new in range(1, max(window - least, 0) + 1):
            for steps in _step_counts(target):
                for ramp in _ramps(new):
                    yield _foreseen(ChunkPlan(ramp, new, window - new, steps), target, costs)


def _step_counts(target: LatencyTarget) -> Iterator[int]:
    """All that are allowed where they are few, else each a fifth less than the one before."""
    steps = target.steps
    while steps > target.fewest_steps:
        yield steps
        steps = min(steps - 1, steps * 4 // 5) if steps > _FEW_STEPS else steps - 1
    yield target.fewest_steps


def _ramps(new: int) -> Iterator[tuple[int, ...]]:
    """None, or a first chunk that is doubled until it is `new`."""
    yield ()
    first = 1
    while first < new:
        ramp = [first]
        while ramp[-1] * 2 < new:
            ramp.append(ramp[-1] * 2)
        yield tuple(ramp)
        first *= 2


def _foreseen(chunks: ChunkPlan, target: LatencyTarget, costs: LiveCosts) -> LatencyPlan:
    new = chunks.chunk_frames
    work_s = chunks.steps * costs.pass_s(chunks.window_frames)
    work_s += new * (costs.frame_in_s + costs.frame_out_s)
    busy = work_s * float(target.rate_fps) / new
    if busy > MAX_BUSY:
        return LatencyPlan(chunks, float("inf"), float("inf"), busy)
    count = sum(chunks.ramp) + _SIMULATED_CHUNKS * new
    # The steps of a chunk follow each other: one that takes as long as all is as good, and sooner.
    finished = timeline(
        replace(chunks, steps=1), costs.of_steps(chunks.steps), target.rate_fps, count
    )
    arrived = map(partial(_arrival_s, target.rate_fps), range(count))
    latency_s = max(end - begin for begin, end in zip(arrived, finished, strict=True))
    return LatencyPlan(chunks, finished[0], latency_s, busy)


def _arrival_s(rate_fps: Fraction, frame: int) -> float:
    return float(frame / rate_fps)


def _explained(chosen: LatencyPlan, able: list[LatencyPlan], target: LatencyTarget) -> LatencyPlan:
    chunks = chosen.chunks
    ramp = f" after {', '.join(map(str, chunks.ramp))}" if chunks.ramp else ""
    reasons = [
        f"Chunks of {chunks.chunk_frames} new frames{ramp}, with {chunks.carried_frames} carried, "
        f"in {chunks.steps} of {target.steps} steps: the first frame "
        f"{_ms(chosen.first_frame_s)} after the first pose, every frame at most "
        f"{_ms(chosen.latency_s)} after its own, the engine busy for {chosen.busy:.0%}."
    ]
    faster = min(able, key=lambda plan: (round(plan.latency_s, _DIGITS), -plan.chunks.steps))
    if faster.latency_s < 0.95 * chosen.latency_s:
        given_up = _given_up(chosen, faster)
        reasons.append(f"{_ms(faster.latency_s)} would be possible {given_up}.")
    else:
        reasons.append("Less latency needs a faster engine, or frames at a lower rate.")
    return LatencyPlan(chunks, chosen.first_frame_s, chosen.latency_s, chosen.busy, tuple(reasons))


def _given_up(chosen: LatencyPlan, faster: LatencyPlan) -> str:
    if faster.chunks.steps < chosen.chunks.steps:
        return f"in {faster.chunks.steps} of {chosen.chunks.steps} steps"
    return f"with the engine busy for {faster.busy:.0%} instead of {chosen.busy:.0%}"


def _too_fast(target: LatencyTarget, plans: list[LatencyPlan]) -> str:
    busy = min(plan.busy for plan in plans)
    most_fps = float(target.rate_fps) * MAX_BUSY / busy
    return (
        f"Poses come at {float(target.rate_fps):g} a second and this engine makes "
        f"{most_fps:.2g} frames a second at most, however few the steps; send them at "
        "a lower rate, or use a faster engine or a bundle of a smaller size."
    )


def _too_short(target: LatencyTarget, able: list[LatencyPlan]) -> str:
    assert target.latency_s is not None
    best = min(able, key=lambda plan: plan.latency_s)
    return (
        f"A latency of {_ms(target.latency_s)} cannot be kept at {float(target.rate_fps):g} frames "
        f"a second; the least here is {_ms(best.latency_s)}, with {best.chunks.steps} steps. Ask "
        "for that, or send at another rate, or use a faster engine."
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
