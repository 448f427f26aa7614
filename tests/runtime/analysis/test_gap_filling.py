"""People between two sightings."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mimo_runtime.analysis.gap_filling import between, fill_gaps
from mimo_runtime.analysis.tracker import Tracked
from mimo_runtime.analysis.tracks import FramePeople
from tests.runtime.analysis.examples import few
from tests.runtime.analysis.people import RED, standing


def clip(seen: dict[int, set[int]], count: int, cut: int | None = None) -> list[FramePeople]:
    """Ten frames a second; `seen` are the frames that show each number."""
    return [
        FramePeople(
            index,
            index / 10,
            index == cut,
            tuple(
                Tracked(number, standing(10.0 * index + 100 * number))
                for number in sorted(seen)
                if index in seen[number]
            ),
        )
        for index in range(count)
    ]


def test_who_is_lost_between_two_frames_stands_on_the_way() -> None:
    frames = fill_gaps(clip({1: {0, 4, 5}, 2: {0, 1, 2, 3, 4, 5}}, 6))
    assert [[one.number for one in frame.people] for frame in frames] == [[1, 2]] * 6
    assert [frame.people[0].interpolated for frame in frames] == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]
    assert not any(frame.people[1].interpolated for frame in frames)
    places = [frame.people[0].person.keypoints[0, 0] for frame in frames]
    np.testing.assert_allclose(np.diff(places), 10, atol=1e-3)


def test_who_comes_goes_or_is_away_for_long_is_not_guessed() -> None:
    assert [len(frame.people) for frame in fill_gaps(clip({1: {2, 3}}, 6))] == [0, 0, 1, 1, 0, 0]
    frames = fill_gaps(clip({1: {0, 5}}, 6), longest_s=0.45)
    assert [len(frame.people) for frame in frames] == [1, 0, 0, 0, 0, 1]


def test_nobody_is_guessed_over_a_cut() -> None:
    frames = fill_gaps(clip({1: {0, 4}}, 5, cut=2))
    assert [len(frame.people) for frame in frames] == [1, 0, 0, 0, 1]


@few
@given(st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=3))
def test_who_was_seen_stays_as_seen_and_nobody_is_there_twice(seen: list[set[int]]) -> None:
    frames = clip(dict(enumerate(seen, 1)), 12)
    for before, after in zip(frames, fill_gaps(frames), strict=True):
        assert before.people == tuple(one for one in after.people if not one.interpolated)
        numbers = [one.number for one in after.people]
        assert numbers == sorted(set(numbers))


@few
@given(st.floats(0, 1), st.floats(-200, 200), st.floats(20, 90))
def test_between_two_lies_inside_both(share: float, x: float, height: float) -> None:
    one, other = standing(0, colours=RED), standing(x, height=height, score=0.3)
    found = between(one, other, share)
    assert one.box.joined(other.box).joined(found.box) == one.box.joined(other.box)
    assert found.score == 0.3
    assert found.colours is one.colours
    low = np.minimum(one.keypoints, other.keypoints) - 1e-3
    high = np.maximum(one.keypoints, other.keypoints) + 1e-3
    assert ((found.keypoints >= low) & (found.keypoints <= high)).all()
