"""What is begun before its turn: no pass that lacks anything, none twice, and enough of them."""

from collections.abc import Iterable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.guidance_split import share_at_work
from mimo_runtime.planning.extent import windows_of_frames
from mimo_runtime.planning.readiness import Readiness
from mimo_runtime.planning.schedule import ClipPlan, Condition, Pass, Work, rolling, whole_clip

from .test_schedule import clip_plan


def begun_early(plan: ClipPlan, works: Iterable[Work], devices: int) -> int:
    """How many passes are begun while an earlier one is at work; checks each of them."""
    readiness = Readiness(plan, devices, lambda window: window % devices)
    holders = windows_of_frames(plan)
    done, conditioned = [0] * len(plan.windows), set[int]()
    at_work: list[int] = []
    early = 0
    for work in works:
        if isinstance(work, Condition):
            for frame_id in plan.frame_ids[work.frame]:
                conditioned.add(frame_id)
                for window, _ in holders[frame_id]:
                    readiness.entered(window)
        elif isinstance(work, Pass):
            for begun in readiness.to_begin(work):
                window = begun.window
                assert window not in at_work
                assert set(plan.windows[window]) <= conditioned
                assert begun.step == done[window] < plan.steps
                others = {w for frame_id in plan.windows[window] for w, _ in holders[frame_id]}
                assert all(done[other] >= done[window] for other in others)
                is_free = all(window % devices != each % devices for each in at_work)
                assert is_free or window == work.window
                early += bool(at_work)
                at_work.append(window)
            assert work.window in at_work
            assert done[work.window] == work.step
            readiness.finished(work)
            at_work.remove(work.window)
            done[work.window] += 1
    assert not at_work
    return early


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=3),
    st.integers(0, 4),
    st.integers(1, 6),
    st.integers(1, 4),
    st.booleans(),
)
def test_nothing_is_begun_that_lacks_anything(
    lengths: list[int], overlap: int, steps: int, devices: int, ring: bool
) -> None:
    plan = clip_plan(lengths, overlap, 9, steps, ring)
    for schedule in (whole_clip, rolling, partial(rolling, at_once=devices)):
        early = begun_early(plan, schedule(plan), devices)
        assert early == 0 or devices > 1


@pytest.mark.parametrize(
    ("frames", "devices", "share"), [(600, 2, 0.96), (600, 4, 0.9), (150, 2, 0.96)]
)
def test_devices_are_kept_busy(frames: int, devices: int, share: float) -> None:
    assert share < share_at_work(frames, devices) < 1
