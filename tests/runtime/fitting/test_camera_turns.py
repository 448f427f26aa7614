"""Cameras that turn on the spot: how far, and that the world stands still meanwhile."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.body.rotations import about_axis, from_axis_angle
from mimo_runtime.body.shipped import load_body
from mimo_runtime.fitting.camera_turns import Pan, turns_of
from mimo_runtime.fitting.landmark_points import landmark_points
from mimo_runtime.fitting.motion_fit import fit_motion
from mimo_runtime.fitting.observations import LEAN_DEG
from tests.runtime.fitting.synthetic import FEET, HIPS, SIDE_PX, Truth, seen

SIZE, FOCAL_PX = (640, 360), 500.0
LENS = np.array([[FOCAL_PX, 0, 320], [0, FOCAL_PX, 180], [0, 0, 1]])
ANGLES = st.lists(st.floats(-0.6, 0.6), min_size=3, max_size=3)


def homographies(lens: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Places of each frame in the first one."""
    found = lens @ turns @ np.linalg.inv(lens)
    return found / found[:, 2:, 2:]


def going(count: int, step_deg: float = 2) -> np.ndarray:
    return about_axis(1, step_deg * np.arange(count)) @ about_axis(2, 0.3 * np.arange(count))


@settings(max_examples=20)
@given(ANGLES)
def test_turns_are_found_again(angles: list[float]) -> None:
    turns = from_axis_angle(np.array([np.zeros(3), angles]))
    found = turns_of([Pan(homographies(LENS, turns), True, True)], SIZE, FOCAL_PX)
    assert found.matrices == pytest.approx(turns, abs=1e-9)
    assert found.furthest_deg == pytest.approx(np.rad2deg(np.linalg.norm(angles)), abs=1e-4)


def test_a_picture_that_grows_is_no_turn() -> None:
    nearer = np.array([[1.1, 0, -32], [0, 1.1, -18], [0, 0, 1]])
    found = turns_of([Pan(np.stack([np.eye(3), nearer]), True, True)], SIZE, FOCAL_PX)
    assert found.furthest_deg < 1e-4


def test_a_picture_that_shifts_without_swelling_at_its_edges_is_a_turn_by_nearly_as_much() -> None:
    shifted = np.array([[1, 0, 40], [0, 1, 0], [0, 0, 1.0]])
    found = turns_of([Pan(np.stack([np.eye(3), shifted]), True, True)], SIZE, FOCAL_PX)
    assert 0.9 < found.furthest_deg / np.rad2deg(np.arctan(40 / FOCAL_PX)) < 1


def test_without_a_cut_the_camera_turns_on_and_after_one_begins_anew() -> None:
    turns = about_axis(1, 2 * np.arange(9))
    parts = [homographies(LENS, part[0].T @ part) for part in (turns[:4], turns[4:])]
    pans = [Pan(part, True, fresh) for part, fresh in zip(parts, (True, False), strict=True)]
    found = turns_of(pans, SIZE, FOCAL_PX)
    assert found.matrices == pytest.approx(turns, abs=1e-9)
    assert found.restarts == (4,)
    cut = turns_of([pans[0], replace(pans[1], fresh=True)], SIZE, FOCAL_PX)
    assert (cut.matrices[4:] @ turns[4]) == pytest.approx(turns[4:], abs=1e-9)


def test_what_is_not_sure_is_not_used() -> None:
    moving = homographies(LENS, going(5))
    pans = [Pan(moving[:2], True, True), Pan(moving[2:], False, False), Pan(moving, True, True)]
    found = turns_of(pans, SIZE, FOCAL_PX)
    assert found.unfollowed == ((2, 4),)
    assert found.restarts == (2, 5)
    assert (found.matrices[2:5] == found.matrices[2]).all()
    assert found.matrices[5:] == pytest.approx(going(5), abs=1e-9)


def panned(truth: Truth, turns: np.ndarray) -> tuple[Truth, Pan]:
    """`truth` seen by a camera that turns on the spot, and how its background goes."""
    inside = truth.camera.to_camera(
        landmark_points(truth.body).placed(truth.motion.placed(truth.body.skeleton))
    )
    inside = np.einsum("nba,npb->npa", turns, inside)
    world = inside - inside[:, HIPS].mean(axis=1, keepdims=True)
    places = inside[..., :2] / inside[..., 2:] * truth.camera.focal_px + SIDE_PX / 2
    track = replace(
        truth.track,
        world_m=(world @ about_axis(0, -LEAN_DEG)).astype(np.float32),
        points_px=places.astype(np.float32),
    )
    lens = np.diag([truth.camera.focal_px, truth.camera.focal_px, 1])
    lens[:2, 2] = SIDE_PX / 2
    return replace(truth, track=track), Pan(homographies(lens, turns), True, True)


@pytest.mark.parametrize("name", ["walk", "wave"])
def test_the_world_stands_still_while_the_camera_turns(name: str) -> None:
    still = seen(name, 30)
    turns = going(still.track.frame_count, -0.6)
    moved, pan = panned(still, turns)
    wanted = fit_motion(still.track, load_body())
    fit = fit_motion(moved.track, load_body(), pans=[pan])
    blind = fit_motion(moved.track, load_body())

    ours, theirs, none = (
        one.motion.placed(one.body.skeleton).joints_m for one in (fit, wanted, blind)
    )
    assert np.linalg.norm(ours - theirs, axis=-1).max() < 0.08
    assert np.median(np.linalg.norm(ours - theirs, axis=-1)) < 0.01
    assert np.median(np.linalg.norm(none - theirs, axis=-1)) > 0.5
    first = fit.cameras.rotations[0]
    assert fit.cameras.rotations == pytest.approx(np.swapaxes(turns, 1, 2) @ first, abs=1e-6)
    places = np.stack([fit.cameras.at(i).position_m for i in range(fit.cameras.frame_count)])
    assert np.ptp(places, axis=0).max() < 1e-9
    assert any("turn on the spot, by up to 39°" in guess for guess in fit.guesses)


def test_feet_stand_and_lie_on_the_picture_while_the_camera_turns() -> None:
    truth = seen("walk", 90, 90, noise_m=0.01)
    moved, pan = panned(truth, going(90, 0.5))
    fit = fit_motion(moved.track, load_body(), pans=[pan])

    feet = [truth.body.skeleton.index(joint) for joint in FEET]
    real = truth.motion.placed(truth.body.skeleton).joints_m[:, feet]
    stands = np.linalg.norm(np.diff(real, axis=0), axis=-1) < 0.002
    ours = fit.motion.placed(fit.body.skeleton).joints_m[:, feet]
    assert np.median(np.linalg.norm(np.diff(ours, axis=0), axis=-1)[stands]) < 0.01
    points = landmark_points(fit.body).placed(fit.motion.placed(fit.body.skeleton))
    pixels = np.stack([fit.cameras.at(i).project(one)[0] for i, one in enumerate(points)])
    known = moved.track.known
    assert np.median(np.linalg.norm(pixels - moved.track.points_px, axis=-1)[known]) < 5


def test_a_camera_that_does_not_turn_gives_what_a_standing_one_gives() -> None:
    track = seen("wave", 10, 40, noise_m=0.01).track
    wanted = fit_motion(track, load_body())
    fit = fit_motion(track, load_body(), pans=[Pan(np.tile(np.eye(3), (40, 1, 1)), True, True)])
    ours, theirs = (one.motion.placed(one.body.skeleton).joints_m for one in (fit, wanted))
    assert np.abs(ours - theirs).max() < 0.005


def test_what_is_guessed_of_the_camera_is_said() -> None:
    track = seen("wave", 0, 12).track
    moving = homographies(LENS, going(6))
    pans = [Pan(moving, True, True), Pan(moving, False, False)]
    said = " ".join(fit_motion(track, load_body(), pans=pans).guesses)
    assert "From frame 6 to 11 it is taken not to turn" in said
    assert "followed anew, so that directions before and after may not fit together" in said
    assert "from frame 6 on" in said
    assert "taken to stand still" in " ".join(fit_motion(track, load_body()).guesses)
