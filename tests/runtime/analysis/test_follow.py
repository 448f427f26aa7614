"""A short video: who is in it, and the body of one."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mimo_runtime.analysis.depth import DepthEstimator
from mimo_runtime.analysis.estimators import Estimators, open_estimators
from mimo_runtime.analysis.frame import Frame
from mimo_runtime.analysis.pose_association import without_people
from mimo_runtime.analysis.pose_estimate import PoseEstimator
from mimo_runtime.analysis.pose_track import track_pose
from mimo_runtime.analysis.tracker import Tracked
from mimo_runtime.analysis.tracks import (
    FramePeople,
    TrackSummary,
    choose_person,
    follow_people,
)
from tests.runtime.analysis.networks import mean_plane
from tests.runtime.analysis.rendered import character, street

COUNT = 8


@pytest.fixture(scope="module")
def estimators() -> Estimators:
    return open_estimators()


def two_walk(hidden: range = range(0)) -> Iterator[Frame]:
    """One to the right, one to the left, then a cut to a third; grey where the first is hidden."""
    for k in range(COUNT):
        pixels = character(street(360, 640), 20 + 15 * k, 20).pixels
        pixels = character(pixels, 400 - 15 * k, 40, scale=0.9).pixels
        if k in hidden:
            pixels[20:340, 20 + 15 * k : 240 + 15 * k] = 128
        yield Frame(pixels, k / 10)
    other = np.ascontiguousarray(255 - street(360, 640)[::-1])
    for k in range(2):
        yield Frame(character(other, 200, 30).pixels, (COUNT + k) / 10)


@pytest.fixture(scope="module")
def seen(estimators: Estimators) -> list[FramePeople]:
    return list(follow_people(two_walk(), estimators.people, estimators.bodies))


def test_everybody_keeps_the_number_and_a_cut_gives_new_ones(seen: list[FramePeople]) -> None:
    assert [[one.number for one in frame.people] for frame in seen] == [[1, 2]] * COUNT + [[3]] * 2
    assert [frame.index for frame in seen if frame.cut] == [COUNT]


def test_the_main_person(seen: list[FramePeople]) -> None:
    summary = TrackSummary(640, 360)
    for frame in seen:
        summary.add(frame)
    assert [track.frames for track in summary.tracks()] == [COUNT, COUNT, 2]
    assert choose_person(summary.tracks()).number in (1, 2)


def test_the_body_of_one_over_the_frames(estimators: Estimators, seen: list[FramePeople]) -> None:
    bodies = list(track_pose(two_walk(), seen, 1, estimators.bodies))
    assert [one.body is None for one in bodies] == [False] * COUNT + [True] * 2
    places = [one.body.points[0, 0] for one in bodies if one.body]
    np.testing.assert_allclose(np.diff(places), 15, atol=6)
    assert len(bodies[0].others) == 0
    assert len(bodies[COUNT - 1].others) == 1


def test_who_is_found_twice_is_painted_over_and_not_taken_for_the_one_behind(
    estimators: Estimators,
) -> None:
    scene = character(street(360, 640), 260, 20).pixels
    (front,) = estimators.people.find(scene)
    behind = replace(front, box=front.box.moved(-0.3 * front.box.width, 0))
    crowd = (Tracked(1, behind), Tracked(2, front))
    (seen,) = track_pose([Frame(scene, 0)], [FramePeople(0, 0, True, crowd)], 1, estimators.bodies)
    assert len(seen.others) == 1
    assert seen.body is None or seen.body.presence < 0.5


def test_painting_leaves_the_rest_of_the_frame(estimators: Estimators) -> None:
    scene = character(street(360, 640), 260, 20).pixels
    (person,) = estimators.people.find(scene)
    body = estimators.bodies.find(scene, person)
    painted = without_people(scene, [body])
    mask = estimators.masks.find(scene, body)
    assert np.abs(painted[mask > 0.9] - scene.mean(axis=(0, 1))).mean() < 8
    assert np.abs(painted[:, :150].astype(int) - scene[:, :150]).mean() < 1


def test_who_is_hidden_gets_the_number_back(estimators: Estimators) -> None:
    frames = follow_people(two_walk(range(3, 5)), estimators.people, estimators.bodies)
    numbers = [[one.number for one in frame.people] for frame in frames]
    assert numbers[2] == numbers[5] == [1, 2]
    assert 1 not in numbers[3]


def test_a_users_depth_network_is_opened_with_the_rest(
    tmp_path: Path, estimators: Estimators
) -> None:
    mean_plane(tmp_path / "depth.onnx", (24, 32))
    (tmp_path / "models.json").write_text('{"depth": "depth.onnx"}')
    opened = open_estimators(tmp_path / "models.json", threads=2)
    assert estimators.depth is None
    assert opened.depth is not None
    assert [threads_of(one) for one in (opened.depth, opened.bodies)] == [2, 1]
    assert opened.depth.find(street(48, 64)).shape == (48, 64)


def threads_of(finder: DepthEstimator | PoseEstimator) -> int:
    options = finder._network._session.get_session_options()
    return int(options.intra_op_num_threads)
