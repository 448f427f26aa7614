"""Live schedules: every frame once, in order, after what it needs, within the memory stated."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from mimo_runtime.planning.live_schedule import (
    Arrival,
    Await,
    BeginChunk,
    ChunkPlan,
    LiveWork,
    live_extent,
    live_schedule,
)
from mimo_runtime.planning.schedule import Condition, Decode, Identity, Pass

PLANS = [
    ChunkPlan(ramp, chunk, carried, steps)
    for ramp in ((), (1,), (1, 2), (2, 1))
    for chunk in (1, 2, 4)
    for carried in (0, 1, 2, 5)
    for steps in (1, 3)
    if max(ramp, default=0) <= chunk
]


def arrivals(frame_count: int, cuts: frozenset[int]) -> Callable[[int], Arrival]:
    def arrival(frame: int) -> Arrival:
        if frame >= frame_count:
            return Arrival.ENDED
        return Arrival.CUT if frame in cuts else Arrival.HERE

    return arrival


def check(plan: ChunkPlan, frame_count: int, cuts: frozenset[int]) -> None:
    """Goes through a whole schedule with the state that it implies."""
    extent = live_extent(plan)
    works = live_schedule(plan, arrivals(frame_count, cuts))
    assert next(works) == Identity()
    awaited, conditioned, decoded, step = -1, 0, 0, plan.steps
    chunk, window, lengths = -1, list[int](), list[int]()
    for work in works:
        match work:
            case Await(frame):
                assert frame == conditioned
                awaited = frame
            case BeginChunk(number, carried):
                assert decoded == conditioned
                chunk += 1
                assert (number, step) == (chunk, plan.steps)
                since_cut = conditioned - max((c for c in cuts if c <= conditioned), default=0)
                assert carried == min(since_cut, plan.carried_frames)
                window, step = list(range(conditioned - carried, conditioned)), 0
                lengths.append(0)
            case Condition(frame):
                assert frame == conditioned == awaited
                assert not (frame in cuts and lengths[-1])
                window.append(frame)
                conditioned += 1
                lengths[-1] += 1
            case Pass(at, number):
                assert (at, number) == (step, chunk)
                step += 1
                assert len(window) <= extent.conditions
            case Decode(frame):
                assert step == plan.steps
                assert frame == decoded < conditioned
                decoded += 1
    assert decoded == conditioned == frame_count
    assert all(length <= plan.new_frames(n) for n, length in enumerate(lengths))
    assert max(lengths, default=0) <= extent.frames
    if not cuts and frame_count > sum(plan.ramp):
        whole = [*plan.ramp]
        whole += [plan.chunk_frames] * ((frame_count - sum(plan.ramp)) // plan.chunk_frames)
        assert lengths[: len(whole)] == whole


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_every_frame_once_and_in_order(plan: ChunkPlan) -> None:
    for frame_count in range(9):
        for size in range(3):
            for cuts in itertools.combinations(range(frame_count), size):
                check(plan, frame_count, frozenset(cuts))


def test_a_chunk_runs_as_soon_as_its_last_frame_is_here() -> None:
    """Nothing is asked of frame 3 before the frames of the chunk before it have left."""
    works = live_schedule(ChunkPlan((1,), 2, 1, 1), arrivals(4, frozenset()))
    assert list(itertools.islice(works, 14)) == [
        *(Identity(), Await(0), BeginChunk(0, 0), Condition(0), Pass(0, 0), Decode(0)),
        *(Await(1), BeginChunk(1, 1), Condition(1), Await(2), Condition(2)),
        *(Pass(0, 1), Decode(1), Decode(2)),
    ]


def test_memory_counts_trajectories() -> None:
    extent = live_extent(ChunkPlan((2,), 6, 4, 3))
    assert (extent.conditions, extent.frames, extent.latents) == (10, 6, 10 + 3 * 4)


@pytest.mark.parametrize("plan", PLANS, ids=str)
@pytest.mark.parametrize("at", [0, 1, 3, 5])
def test_a_break_begins_a_chunk_that_carries(plan: ChunkPlan, at: int) -> None:
    def arrival(frame: int) -> Arrival:
        if frame >= 7:
            return Arrival.ENDED
        return Arrival.BREAK if frame == at else Arrival.HERE

    entered, begun = 0, {}
    for work in live_schedule(plan, arrival):
        if isinstance(work, BeginChunk):
            begun[entered] = work.carried
        entered += isinstance(work, Condition)
    assert entered == 7
    assert begun[at] == min(at, plan.carried_frames)


@pytest.mark.parametrize("first", [1, 6])
def test_a_schedule_that_goes_on_counts_from_where_it_begins(first: int) -> None:
    plan = ChunkPlan((1,), 2, 3, 2)

    def frames(schedule: Iterable[LiveWork], begin: int) -> list[LiveWork]:
        counted = (Await, Condition, Decode)
        return [
            replace(work, frame=work.frame + begin) if isinstance(work, counted) else work
            for work in schedule
        ]

    later = live_schedule(plan, arrivals(first + 5, frozenset()), first)
    assert list(later) == frames(live_schedule(plan, arrivals(5, frozenset())), first)
