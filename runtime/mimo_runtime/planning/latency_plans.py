"""Every plan of a live stream for an engine of its own, and what follows from each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from mimo_runtime.planning.costs import LiveCosts
from mimo_runtime.planning.live_schedule import (
    Arrival,
    Await,
    BeginChunk,
    ChunkPlan,
    live_schedule,
)
from mimo_runtime.planning.promises import MAX_BUSY
from mimo_runtime.planning.schedule import Condition, Decode

_SIMULATED_CHUNKS = 6
_FEW_STEPS = 12
_SPARE_PERIODS = 0.5  # at least, where a pass takes less
_EQUAL_S = 1e-9


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

    `first_frame_s` from the first posture to the first frame; `latency_s` the longest way of any
    frame from its posture, as foreseen; `agreed_s` the way after which a frame is late: what was
    asked for, or as foreseen with `spare_s` more, in which others may have the engine: for a pass,
    and half a period at least. `busy` is the share of the engine's time that it takes.
    """

    chunks: ChunkPlan
    first_frame_s: float
    latency_s: float
    agreed_s: float
    spare_s: float
    busy: float
    reasons: tuple[str, ...] = ()

    @property
    def leaves_room(self) -> bool:
        """Whether a pass of another stream in between makes no frame late."""
        return self.latency_s + self.spare_s <= self.agreed_s + _EQUAL_S


def timeline(
    chunks: ChunkPlan, costs: LiveCosts, rate_fps: Fraction, frame_count: int
) -> tuple[float, ...]:
    """When each frame is delivered, in seconds after the first posture, by an engine of its own.

    The stream's own schedule, gone through with a clock that frames, arriving at `rate_fps`, and
    work move on. Every chunk may be cropped anew.
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
                window += 1
        now_s += costs.work_s(work, window)
        if isinstance(work, Decode):
            finished.append(now_s + costs.delivery_s)
    return tuple(finished)


def plans(target: LatencyTarget, costs: LiveCosts) -> Iterator[LatencyPlan]:
    """Every plan that fills a window: a pass costs the same however full its window is."""
    longest = max(costs.step_s)
    for window in sorted(costs.step_s):
        least = min(target.carried_frames, longest - 1)
        for new in range(1, max(window - least, 0) + 1):
            for steps in _step_counts(target):
                for ramp in _ramps(new):
                    yield foreseen(ChunkPlan(ramp, new, window - new, steps), target, costs)


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


def foreseen(chunks: ChunkPlan, target: LatencyTarget, costs: LiveCosts) -> LatencyPlan:
    """How a plan does on an engine of its own."""
    new, pass_s = chunks.chunk_frames, costs.pass_s(chunks.window_frames)
    work_s = chunks.steps * pass_s + new * (costs.frame_in_s + costs.frame_out_s)
    busy = work_s * float(target.rate_fps) / new
    if busy > MAX_BUSY:
        never = float("inf")
        return LatencyPlan(chunks, never, never, never, never, busy)
    count = sum(chunks.ramp) + _SIMULATED_CHUNKS * new
    # The steps of a chunk follow each other: one that takes as long as all is as good, and sooner.
    finished = timeline(
        replace(chunks, steps=1), costs.of_steps(chunks.steps), target.rate_fps, count
    )
    arrived = map(partial(_arrival_s, target.rate_fps), range(count))
    latency_s = max(end - begin for begin, end in zip(arrived, finished, strict=True))
    spare_s = max(costs.longest_s(chunks.window_frames), _SPARE_PERIODS / float(target.rate_fps))
    agreed_s = target.latency_s or latency_s + spare_s
    return LatencyPlan(chunks, finished[0], latency_s, agreed_s, spare_s, busy)


def _arrival_s(rate_fps: Fraction, frame: int) -> float:
    return float(frame / rate_fps)
