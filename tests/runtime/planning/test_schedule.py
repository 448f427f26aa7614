"""Schedules: everything once, after what it needs, within the memory that is stated."""

import itertools
from collections.abc import Iterable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.planning.extent import Extent, extent_of, finished_by
from mimo_runtime.planning.schedule import (
    ClipPlan,
    Condition,
    Decode,
    Identity,
    Pass,
    Work,
    rolling,
    whole_clip,
)
from mimo_runtime.planning.windows import closed_windows, open_windows


def clip_plan(lengths: list[int], overlap: int, window: int, steps: int, ring: bool) -> ClipPlan:
    """Crop segments of `lengths` frames; each begins with the last `overlap` of the one before."""
    shown: list[list[int]] = []
    frame_id = 0
    for length in lengths:
        start = max(len(shown) - overlap, 0)
        shown += [[] for _ in range(start + length - len(shown))]
        for frame in range(start, start + length):
            shown[frame].append(frame_id)
            frame_id += 1
    windows = (
        closed_windows(frame_id, window, overlap)
        if ring
        else open_windows(lengths, window, overlap)
    )
    return ClipPlan(windows if lengths else (), tuple(map(tuple, shown)), steps)


def check(plan: ClipPlan, works: Iterable[Work]) -> list[Work]:
    """Everything once and in an order that respects what it needs; returns the works."""
    works = list(works)
    assert len(works) == len(set(works))
    identity, conditioned, done = False, set[int](), [0] * len(plan.windows)
    decoded: list[int] = []
    for work in works:
        match work:
            case Identity():
                identity = True
            case Condition(frame):
                assert identity
                conditioned.update(plan.frame_ids[frame])
            case Pass(step, window):
                frame_ids = set(plan.windows[window])
                assert frame_ids <= conditioned
                assert done[window] == step
                for other, others in enumerate(plan.windows):
                    if other != window and frame_ids & set(others):
                        assert done[other] == (step + 1 if other < window else step)
                done[window] += 1
            case Decode(frame):
                decoded.append(frame)
                for frame_id in plan.frame_ids[frame]:
                    holders = [w for w, ids in enumerate(plan.windows) if frame_id in ids]
                    assert holders
                    assert all(done[holder] == plan.steps for holder in holders)
    assert decoded == list(range(len(plan.frame_ids)))
    assert done == [plan.steps] * len(plan.windows)
    assert len(conditioned) == plan.sequence_length
    return works


SMALL = [
    clip_plan(list(lengths), overlap, window, steps, ring)
    for count in range(4)
    for lengths in itertools.product((2, 3, 7, 10), repeat=count)
    for overlap, window in ((0, 2), (1, 4), (2, 5))
    for steps in (1, 3)
    for ring in (False, True)
    if lengths or not ring
]


TOGETHER = [partial(rolling, at_once=2), partial(rolling, at_once=3)]


@pytest.mark.parametrize("schedule", [whole_clip, rolling, *TOGETHER])
def test_every_small_case(schedule):
    for plan in SMALL:
        check(plan, schedule(plan))


@given(
    st.lists(st.integers(1, 90), min_size=1, max_size=4),
    st.integers(0, 4),
    st.integers(9, 24),
    st.integers(1, 12),
)
def test_rolling_decodes_early_in_bounded_memory(lengths, overlap, window, steps):
    plan = clip_plan(lengths, overlap, window, steps, ring=False)
    works = check(plan, rolling(plan))
    extent = extent_of(plan, works)
    # One more is begun with the frames it shares; a segment's last window is moved back and may
    # meet two, and the next segment may begin before.
    assert extent.windows <= steps + 3
    assert extent.frames <= (steps + 3) * window
    first = next(i for i, work in enumerate(works) if isinstance(work, Decode))
    assert sum(isinstance(work, Pass) for work in works[:first]) <= (steps + 1) * (steps + 2)


def test_the_first_frame_of_a_long_clip_comes_after_a_triangle_of_passes():
    steps = 4
    plan = clip_plan([600], 4, 24, steps, ring=False)
    works = list(rolling(plan))
    before = works[: works.index(Decode(0))]
    assert sum(isinstance(work, Pass) for work in before) == steps * (steps + 1) // 2
    assert plan.passes == 30 * steps
    whole = list(whole_clip(plan))
    assert whole.index(Decode(0)) == len(whole) - 600


@pytest.mark.parametrize("frames", [300, 2000])
def test_the_extent_does_not_grow_with_the_clip(frames):
    plan = clip_plan([frames], 4, 24, 5, ring=False)
    assert extent_of(plan, rolling(plan)) == Extent(windows=6, frames=104)
    assert extent_of(plan, whole_clip(plan)) == Extent(len(plan.windows), frames)


def test_a_clip_with_nobody_is_only_decoded():
    plan = ClipPlan((), ((), (), ()), 5)
    for schedule in (whole_clip, rolling):
        assert list(schedule(plan)) == [Decode(0), Decode(1), Decode(2)]
        assert extent_of(plan, schedule(plan)) == Extent(0, 0)


def test_a_step_of_a_frame_ends_with_the_last_window_that_holds_it():
    windows = ((0, 1, 2), (2, 3, 4), (4, 0))
    ends = [
        [range(1, 2)],
        [range(2, 4)],
        [range(0, 1), range(4, 5)],
    ]
    plan = ClipPlan(windows, ((0,), (1,), (2,), (3,), (4,)), 2)
    assert finished_by(plan) == [ends, ends]


def test_a_step_that_a_window_does_not_make_ends_with_the_one_before():
    plan = ClipPlan(((0, 1, 2), (2, 3)), ((0,), (1,), (2,), (3,)), 2, window_steps=(2, 1))
    assert finished_by(plan) == [
        [[range(2)], [range(2, 4)]],
        [[range(3)], []],
    ]
