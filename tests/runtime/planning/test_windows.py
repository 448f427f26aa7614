import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.planning.windows import closed_windows, open_windows
from tests.golden import GOLDEN, LARGE

SETS = [folder for folder in (GOLDEN, LARGE) if folder]


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_windows_are_the_official_ones(folder):
    recorded = json.loads((folder / "09_context_windows.json").read_text())["windows"]
    for key, windows in recorded.items():
        planned = closed_windows(*(int(number) for number in key.split(",")))
        assert [list(window) for window in planned] == windows, key


@st.composite
def plans(draw):
    window = draw(st.integers(1, 40))
    return draw(st.integers(1, 300)), window, draw(st.integers(0, window - 1))


@given(plans())
def test_every_frame_is_in_a_window(plan):
    frame_count, *_ = plan
    windows = closed_windows(*plan)
    assert {frame for window in windows for frame in window} == set(range(frame_count))


@given(plans())
def test_a_window_never_holds_a_frame_twice_and_is_full_in_a_long_clip(plan):
    frame_count, window_frames, _ = plan
    for window in closed_windows(*plan):
        assert len(window) == len(set(window)) == min(frame_count, window_frames)


@given(plans())
def test_neighbours_share_the_overlap(plan):
    frame_count, window_frames, overlap = plan
    windows = closed_windows(*plan)
    for earlier, later in itertools.pairwise(windows):
        assert later[:overlap] == earlier[len(earlier) - overlap :]
    assert len(windows) == 1 or frame_count > window_frames


@st.composite
def open_plans(draw):
    window = draw(st.integers(1, 30))
    lengths = draw(st.lists(st.integers(1, 90), min_size=1, max_size=5))
    return lengths, window, draw(st.integers(0, window - 1))


@given(open_plans())
def test_open_windows_stay_inside_their_context_and_hold_all_of_it(plan):
    lengths, window_frames, _ = plan
    windows = list(open_windows(*plan))
    first = 0
    for length in lengths:
        context = range(first, first + length)
        inside = [window for window in windows if window[0] in context]
        assert {frame for window in inside for frame in window} == set(context)
        assert {len(window) for window in inside} == {min(length, window_frames)}
        first += length
    assert all(window == tuple(range(window[0], window[-1] + 1)) for window in windows)


@given(open_plans())
def test_open_windows_share_at_least_the_overlap_and_none_is_superfluous(plan):
    _, _, overlap = plan
    context_of = [number for number, length in enumerate(plan[0]) for _ in range(length)]
    for earlier, later in itertools.pairwise(open_windows(*plan)):
        assert later[0] > earlier[0]
        if context_of[earlier[0]] == context_of[later[0]]:
            assert len(set(earlier) & set(later)) >= overlap
