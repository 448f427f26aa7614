"""Masks of two who cross, with the networks that ship."""

from collections.abc import Iterator

import numpy as np
import pytest

from mimo_runtime.analysis.estimators import open_estimators
from mimo_runtime.analysis.frame import Frame
from mimo_runtime.analysis.gap_filling import fill_gaps
from mimo_runtime.analysis.pose_track import track_pose
from mimo_runtime.analysis.tracks import FramePeople, follow_people
from mimo_runtime.decomposition.frame_segmenter import FrameSegmenter, PersonMask
from mimo_synthetic.ground_truth.clip import Clip, TrueFrame
from mimo_synthetic.ground_truth.spec import ClipSpec

FIRST, LAST = 4, 18  # the passer-by comes near and covers most of the person


def overlap(found: np.ndarray, truth: np.ndarray) -> float:
    one, other = found > 0.5, truth > 0.5
    return float((one & other).sum() / max(1, (one | other).sum()))


@pytest.fixture(scope="module")
def frames() -> list[TrueFrame]:
    clip = Clip(ClipSpec("circle-arms", "static", "moving", seed=31))
    return [clip.frame(index) for index in range(FIRST, LAST + 4)]


@pytest.fixture(scope="module")
def looked(frames: list[TrueFrame]) -> list[tuple[TrueFrame, FramePeople, list[PersonMask]]]:
    return list(_looked(frames))


def _looked(frames: list[TrueFrame]) -> Iterator[tuple[TrueFrame, FramePeople, list[PersonMask]]]:
    estimators = open_estimators()
    shown = [Frame(frame.pixels, frame.time_s) for frame in frames]
    people = fill_gaps(list(follow_people(shown, estimators.people, estimators.bodies)))
    middle = np.argwhere(frames[0].human > 0.5)[:, 1].mean()
    first = min(people[0].people, key=lambda one: abs(one.person.box.centre[0] - middle))
    segmenter = FrameSegmenter(estimators, first.number)
    seen = track_pose(shown, people, first.number, estimators.bodies)
    for frame, who, body in zip(frames, people, seen, strict=True):
        yield frame, who, segmenter.segment(frame.pixels, who, body)


def test_both_keep_their_masks_while_they_cross(looked) -> None:
    mains, fronts = [], []
    for frame, _, crowd in looked:
        assert len(crowd) == 2
        mains.append(overlap(crowd[0].mask, frame.human))
        fronts.append(overlap(crowd[1].mask, frame.front))
        assert (crowd[0].mask + crowd[1].mask).max() < 1.01
    assert np.mean(mains) > 0.75
    assert min(mains) > 0.35
    assert np.mean(fronts) > 0.85


def test_who_was_lost_has_a_mask_and_no_body_of_somebody_else(looked) -> None:
    lost = [(who, crowd) for _, who, crowd in looked if any(one.interpolated for one in who.people)]
    assert lost
    for who, crowd in lost:
        assert sorted(one.number for one in crowd) == [one.number for one in who.people]
        assert (crowd[0].mask > 0.5).any()
