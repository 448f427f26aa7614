"""Segments: every frame once, from as much of the clip as it depends on, to the bit."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.planning.extent import Extent, extent_of, finished_by, windows_of_frames
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
from mimo_runtime.planning.segments import Segment, cut_segment, segment_ranges
from tests.runtime.planning.test_schedule import clip_plan

Order = Callable[[ClipPlan], Iterator[Work]]


@st.composite
def plans(draw: st.DrawFn) -> tuple[ClipPlan, Order]:
    lengths = draw(st.lists(st.integers(1, 30), min_size=1, max_size=4))
    overlap = draw(st.integers(0, 4))
    window = draw(st.integers(max(overlap + 1, 2), 12))
    ring = draw(st.booleans())
    steps = draw(st.integers(1, 6))
    return clip_plan(lengths, overlap, window, steps, ring), whole_clip if ring else rolling


def values(plan: ClipPlan, works: Iterator[Work], ids: tuple[int, ...]) -> dict[int, Any]:
    """What each decoded frame is made of, in exact arithmetic that tells every order apart.

    Latents are numbers; a pass mixes those of its window; means are over the windows that hold a
    frame, summed in the order in which they come, in slots as the denoiser has them.
    """
    works = list(works)
    slots = max(extent_of(plan, works).frames, 1)
    holders, ends = windows_of_frames(plan), finished_by(plan)
    latents: dict[int, Fraction] = {}
    owner: dict[int, int] = {}
    sums: dict[int, Fraction] = {}
    made: dict[int, Any] = {}
    for work in works:
        match work:
            case Condition(frame):
                for i in plan.frame_ids[frame]:
                    assert i % slots not in sums
                    latents[i % slots], owner[i % slots] = Fraction(ids[i] ** 2 + 1), i
            case Pass(step, window):
                shown = plan.windows[window]
                assert all(owner[i % slots] == i for i in shown)
                read = [latents[i % slots] for i in shown]
                for position, i in enumerate(shown):
                    mixed = (sum(read) + read[position] * (position + 2)) % 10007
                    sums[i % slots] = (sums.get(i % slots, 0) * 3 + mixed) / len(holders[i])
                for i in (i for run in ends[step][window] for i in run):
                    latents[i % slots] += (sums.pop(i % slots) + step) % 10007
            case Decode(frame):
                assert all(owner[i % slots] == i for i in plan.frame_ids[frame])
                made[frame] = [latents[i % slots] for i in plan.frame_ids[frame]]
    assert not sums
    return made


def of_segment(segment: Segment, order: Order) -> dict[int, Any]:
    return values(segment.clip, order(segment.clip), segment.frame_ids)


@given(plans(), st.integers(1, 40))
@settings(max_examples=60)
def test_joined_segments_are_the_whole_clip_and_every_frame_is_there_once(made, size):
    plan, order = made
    whole = values(plan, order(plan), tuple(range(plan.sequence_length)))
    count = len(plan.frame_ids)
    joined: dict[int, Any] = {}
    for frames in segment_ranges(range(count), size):
        segment = cut_segment(plan, frames)
        assert segment.exact
        part = of_segment(segment, order)
        assert list(part) == list(frames)
        joined |= part
    assert joined == whole
    assert list(joined) == list(range(count))


@given(plans(), st.integers(0, 100), st.integers(1, 20))
@settings(max_examples=60)
def test_only_what_is_read_is_read_and_passes_are_counted(made, start, size):
    plan, order = made
    count = len(plan.frame_ids)
    first = start % count
    segment = cut_segment(plan, range(first, min(first + size, count)))
    works = list(order(segment.clip))
    assert len(works) == len(set(works))
    assert {w.frame for w in works if isinstance(w, Condition)} <= set(segment.reads)
    assert sum(isinstance(w, Pass) for w in works) == segment.clip.passes <= plan.passes
    assert [w.frame for w in works if isinstance(w, Decode)] == list(segment.frames)
    assert works.count(Identity()) == 1
    whole = cut_segment(plan, range(count))
    assert (whole.clip.windows, whole.clip.passes) == (plan.windows, plan.passes)


def test_a_cut_between_crop_segments_that_share_no_frame_costs_nothing():
    plan = clip_plan([20, 20], 0, 8, 4, ring=False)
    halves = [cut_segment(plan, frames) for frames in segment_ranges(range(40), 20)]
    assert [half.clip.passes for half in halves] == [plan.passes // 2] * 2
    assert halves[1].reads == tuple(range(20, 40))


def test_a_segment_inside_one_window_costs_a_pyramid_of_passes():
    plan = clip_plan([600], 4, 24, 5, ring=False)
    segment = cut_segment(plan, range(304, 320))
    assert segment.clip.window_steps == (1, 2, 3, 4, 5, 4, 3, 2, 1)
    assert (segment.reads[0], segment.reads[-1]) == (220, 403)


def test_the_extent_of_a_segment_does_not_grow_with_the_clip():
    def extents(frames: int) -> Extent:
        plan = clip_plan([frames], 4, 24, 5, ring=False)
        segment = cut_segment(plan, range(100, 140))
        return extent_of(segment.clip, rolling(segment.clip))

    assert extents(400) == extents(4000)


def test_fewer_hops_are_not_exact_and_say_how_far_they_are():
    plan = clip_plan([600], 4, 24, 5, ring=False)
    frames = range(300, 330)
    exact = of_segment(cut_segment(plan, frames), rolling)
    for hops in range(5):
        segment = cut_segment(plan, frames, hops)
        assert segment.exact_steps == hops + 1
        assert segment.exact == (hops == 4)
        assert (of_segment(segment, rolling) == exact) == segment.exact
    assert cut_segment(plan, range(600), 0).exact


@pytest.mark.parametrize("frames", [range(590, 601), range(-1, 3), range(4, 4)])
def test_frames_that_the_clip_has_not_are_a_sentence(frames):
    plan = clip_plan([600], 4, 24, 5, ring=False)
    with pytest.raises(InvalidRequestError, match="the clip has the frames 1 to 600; ask"):
        cut_segment(plan, frames)


def test_a_clip_with_nobody_is_cut_too():
    plan = ClipPlan((), ((), (), ()), 5)
    segment = cut_segment(plan, range(1, 2))
    assert list(rolling(segment.clip)) == list(whole_clip(segment.clip)) == [Decode(1)]
    assert segment.exact


def test_ranges_leave_nothing_out():
    assert segment_ranges(range(40), 12) == (
        range(12),
        range(12, 24),
        range(24, 36),
        range(36, 40),
    )
