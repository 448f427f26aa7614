"""The camera sees the whole motion."""

from fractions import Fraction

import numpy as np
import pytest

from mimo_runtime.body.render import render_pose
from mimo_runtime.body.rotations import about_axis, from_quaternion, to_quaternion
from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import InvalidRequestError
from mimo_runtime.motions.camera_placement import (
    CameraChoice,
    followed_way,
    parse_camera,
    place_camera,
)
from mimo_runtime.motions.motion import Motion
from mimo_runtime.motions.procedural import walk, wave

BODY = load_body()
RATE = Fraction(30)


def turned(motion: Motion, angle_deg: float) -> Motion:
    rotations = from_quaternion(motion.rotations)
    rotations[:, 0] = about_axis(1, angle_deg) @ rotations[:, 0]
    root = motion.root_m @ about_axis(1, angle_deg).T
    return Motion(motion.joints, motion.rate_fps, root.astype(np.float32),
                  to_quaternion(rotations).astype(np.float32))  # fmt: skip


@pytest.mark.parametrize("view", ["front", "side", "back", "azimuth=30", "height=3"])
@pytest.mark.parametrize("size", [(64, 64), (96, 48), (48, 96)])
def test_all_of_it_is_in_the_picture_and_fills_it(view: str, size: tuple[int, int]) -> None:
    motion = walk(BODY.skeleton, 40, RATE)
    camera = place_camera(motion, BODY.skeleton, parse_camera(view), size).at(0)
    seen = np.zeros((size[1], size[0]), bool)
    for index in range(0, 40, 8):
        seen |= render_pose(BODY, motion.pose(index), camera, 1).mask
    assert not any(edge.any() for edge in (seen[0], seen[-1], seen[:, 0], seen[:, -1]))
    rows, columns = np.nonzero(seen)
    assert max(np.ptp(rows) / size[1], np.ptp(columns) / size[0]) > 0.4


@pytest.mark.parametrize("angle_deg", [0, 75, 200])
def test_front_is_in_front_of_the_person_whichever_way_they_face(angle_deg: float) -> None:
    motion = turned(wave(BODY.skeleton, 3, RATE), angle_deg)
    camera = place_camera(motion, BODY.skeleton, CameraChoice(), (64, 64)).at(0)
    view = render_pose(BODY, motion.pose(0), camera)
    right_hand = np.nonzero(view.mask & (view.surface[..., 0] < 0.1))[1]
    assert len(right_hand) > 3
    assert right_hand.mean() < 32
    assert camera.position_m[1] == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("camera", ["height=100000", "distance=400", "height=-900,distance=3"])
def test_a_camera_that_sees_next_to_nothing_is_refused(camera: str) -> None:
    motion = wave(BODY.skeleton, 3, RATE)
    with pytest.raises(InvalidRequestError, match=r"the person is only [0-7]\.[0-9] px large"):
        place_camera(motion, BODY.skeleton, parse_camera(camera), (64, 64))


def test_what_is_said_is_kept() -> None:
    motion = wave(BODY.skeleton, 3, RATE)
    choice = parse_camera("azimuth=90, height=1.5, distance=4")
    assert choice == CameraChoice(90.0, 1.5, 4.0)
    camera = place_camera(motion, BODY.skeleton, choice, (64, 64)).at(0)
    assert camera.position_m[1] == pytest.approx(1.5)
    assert camera.position_m[0] == pytest.approx(4, abs=0.5)


def test_a_camera_that_follows_keeps_the_person_in_the_middle() -> None:
    motion = walk(BODY.skeleton, 90, RATE)
    still, moving = (
        place_camera(motion, BODY.skeleton, parse_camera(text), (64, 64))
        for text in ("side", "follow,side")
    )
    roots = motion.root_m.astype(np.float64)
    seen = np.stack([moving.at(index).project(roots[index])[0] for index in range(90)])
    assert np.abs(seen[:, 0] - 32).max() < 6  # a body sways as it walks
    apart = np.linalg.norm(moving.at(89).position_m - moving.at(0).position_m)
    assert apart == pytest.approx(np.linalg.norm(roots[-1, [0, 2]] - roots[0, [0, 2]]), abs=0.1)
    assert moving.at(0).to_camera(roots[0])[2] < 0.8 * still.at(0).to_camera(roots[0])[2]


def test_followed_ground_is_smooth_and_level() -> None:
    way = followed_way(walk(BODY.skeleton, 60, RATE))
    assert (way[:, 1] == 0).all()
    np.testing.assert_array_equal(way[0], 0)
    speeds = np.diff(way[:, 2])
    assert np.ptp(speeds) < 0.5 * speeds.mean()
    assert followed_way(walk(BODY.skeleton, 1, RATE)).shape == (1, 3)


def test_a_first_frame_that_looks_elsewhere_does_not_count() -> None:
    """As a T-posture before the motion does."""
    motion = wave(BODY.skeleton, 5, RATE)
    away = turned(motion, 120.0)
    away.rotations[0] = motion.rotations[0]
    camera = place_camera(away, BODY.skeleton, CameraChoice(), (64, 64)).at(0)
    ahead = about_axis(1, 120.0) @ [0, 0, 1]
    assert ahead @ (camera.position_m * [1, 0, 1]) > 0.9 * np.linalg.norm(camera.position_m[[0, 2]])


@pytest.mark.parametrize(
    "text",
    ["front", "left", "side", "right", "back", "azimuth=-30", "height=0", "follow", "back,follow"],
)
def test_views_are_understood(text: str) -> None:
    assert isinstance(parse_camera(text), CameraChoice)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("above", "'above' is not understood at 'above'; use front"),
        ("azimuth", "at 'azimuth'"),
        ("azimuth=a", "at 'azimuth=a'"),
        ("azimuth=nan", "at 'azimuth=nan'"),
        ("azimuth=1,azimuth=2", "at 'azimuth=2'"),
        ("zoom=2", "at 'zoom=2'"),
        ("front,side", "at 'side'"),
        ("follow,follow", "at 'follow'"),
        ("", "at ''"),
        ("distance=0", "distance is 0 m; it must be 0.5 to 500"),
    ],
)
def test_other_words_are_sentences(text: str, words: str) -> None:
    with pytest.raises(InvalidRequestError, match=words):
        parse_camera(text)
