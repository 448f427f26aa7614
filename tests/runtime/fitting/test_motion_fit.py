"""Motions recovered from what a network would say of them."""

from dataclasses import replace

import numpy as np
import pytest

from mimo_runtime.body.shipped import load_body
from mimo_runtime.errors import MediaError
from mimo_runtime.fitting.landmark_points import landmark_points
from mimo_runtime.fitting.motion_fit import fit_motion
from mimo_runtime.fitting.proportions import Proportions
from mimo_runtime.motions.procedural import PROCEDURAL
from tests.runtime.fitting.synthetic import (
    FEET,
    HIPS,
    LIMBS,
    RATE,
    fitted_joints_m,
    from_hips,
    seen,
)  # fmt: skip
from tests.runtime.jitter import jitter

NAMES = ("walk", "wave", "turn")
SOMEBODY = Proportions(1.06, 1.05, 0.95, 1.1, 0.95, 1.05, 1.08, 0.94)
HEIGHT_M = 1.66


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("azimuth_deg", [0, 50, 140])
def test_without_noise_the_motion_is_found_again(name, azimuth_deg):
    truth = seen(name, azimuth_deg)
    fit = fit_motion(truth.track, load_body())
    off = np.linalg.norm(from_hips(fitted_joints_m(fit)) - from_hips(truth.joints_m()), axis=-1)
    assert np.median(off) < 0.004  # what smoothing costs
    assert np.percentile(off, 90) < 0.02


@pytest.mark.parametrize(
    ("name", "azimuth_deg"), [(name, 50 * index) for index, name in enumerate(PROCEDURAL)]
)
def test_noise_and_gaps_are_survived(name, azimuth_deg):
    truth = seen(name, azimuth_deg, 90, noise_m=0.02, proportions=SOMEBODY)
    fit = fit_motion(truth.track, load_body())
    off = np.linalg.norm(from_hips(fitted_joints_m(fit)) - from_hips(truth.joints_m()), axis=-1)
    assert np.median(off) < 0.02 * HEIGHT_M
    assert np.percentile(off, 95) < 0.08


@pytest.mark.parametrize("name", NAMES)
def test_jitter_is_less_than_a_fifth_of_that_of_the_landmarks(name):
    truth = seen(name, 30, 90, noise_m=0.02)
    fit = fit_motion(truth.track, load_body())
    placed = fit.motion.placed(fit.body.skeleton)
    points = landmark_points(fit.body).placed(placed)
    inside = np.stack([fit.cameras.at(i).to_camera(one) for i, one in enumerate(points)])
    inside = inside - inside[:, HIPS].mean(axis=1, keepdims=True)
    known, times_s = truth.track.known, np.arange(90) / float(RATE)
    before = jitter(truth.track.world_m[known][:, LIMBS], times_s[known])
    assert jitter(inside[known][:, LIMBS], times_s[known]) < 0.2 * before


def test_bones_never_change_their_length():
    truth = seen("walk", 40, noise_m=0.03, proportions=SOMEBODY)
    fit = fit_motion(truth.track, load_body())
    skeleton = fit.body.skeleton
    joints = fit.motion.placed(skeleton).joints_m
    bones = np.linalg.norm(joints[:, 1:] - joints[:, list(skeleton.parents[1:])], axis=-1)
    assert np.abs(bones - np.linalg.norm(skeleton.offsets_m[1:], axis=-1)).max() < 1e-6


@pytest.mark.parametrize(("name", "noise_m"), [("walk", 0), ("walk", 0.02), ("wave", 0.02)])
@pytest.mark.parametrize("azimuth_deg", [0, 90])
def test_standing_feet_do_not_slide(name, noise_m, azimuth_deg):
    truth = seen(name, azimuth_deg, 90, noise_m)
    fit = fit_motion(truth.track, load_body())
    feet = [truth.body.skeleton.index(joint) for joint in FEET]
    real = truth.motion.placed(truth.body.skeleton).joints_m[:, feet]
    stands = np.linalg.norm(np.diff(real, axis=0), axis=-1) < 0.002
    ours = fit.motion.placed(fit.body.skeleton).joints_m[:, feet]
    assert np.median(np.linalg.norm(np.diff(ours, axis=0), axis=-1)[stands]) < 0.01
    assert fit.contacts.any()


def test_the_body_lies_on_the_picture():
    truth = seen("walk", 60, noise_m=0.01)
    fit = fit_motion(truth.track, load_body())
    points = landmark_points(fit.body).placed(fit.motion.placed(fit.body.skeleton))
    pixels = np.stack([fit.cameras.at(i).project(one)[0] for i, one in enumerate(points)])
    known = truth.track.known
    off = np.linalg.norm(pixels - truth.camera.project(landmark_points(truth.body).placed(
        truth.motion.placed(truth.body.skeleton)))[0], axis=-1)[known]  # fmt: skip
    assert np.median(off) < 4


def test_feet_are_on_the_ground_and_the_camera_is_above():
    truth = seen("walk", 30)
    fit = fit_motion(truth.track, load_body())
    soles = fit.motion.placed(fit.body.skeleton).joints_m
    foot = fit.body.skeleton.index("LeftFoot")
    assert abs(soles[:, foot, 1].min() - fit.body.skeleton.rest_m[foot, 1]) < 0.05
    assert 0.9 < fit.cameras.at(0).position_m[1] < 1.7


def test_frames_without_anybody_are_interpolated_with_little_confidence():
    truth = seen("wave", 0, 60, noise_m=0.01)
    fit = fit_motion(truth.track, load_body())
    assert fit.confidence[32] <= 0.1 < fit.confidence[10]
    assert any("not found in 5 of 60 frames" in guess for guess in fit.guesses)


def test_what_is_done_alone_and_in_chunks_is_the_same():
    truth = seen("wave", 10, 80)
    whole = fit_motion(truth.track, load_body())
    part = replace(
        truth.track,
        world_m=truth.track.world_m[:40],
        points_px=truth.track.points_px[:40],
        visibility=truth.track.visibility[:40],
    )
    alone = fit_motion(part, load_body())
    ours, theirs = (from_hips(fitted_joints_m(one))[:30] for one in (whole, alone))
    assert np.abs(ours - theirs).max() < 0.02


def test_a_single_frame_is_fitted():
    truth = seen("wave", 20, 1)
    fit = fit_motion(truth.track, load_body())
    off = from_hips(fitted_joints_m(fit)) - from_hips(truth.joints_m())
    assert np.abs(off).max() < 0.03


def test_the_known_focal_length_gives_the_true_distance():
    truth = seen("wave", 0, 20)
    focal_px = truth.camera.focal_px
    fit = fit_motion(truth.track, load_body(), focal_px=focal_px)
    assert fitted_joints_m(fit)[:, 0, 2] == pytest.approx(truth.joints_m()[:, 0, 2], abs=0.03)
    assert not any("focal" in guess for guess in fit.guesses)


def test_nobody_in_any_frame_is_said():
    track = seen("turn", 0, 4).track
    with pytest.raises(MediaError, match="Nobody was found in any frame"):
        fit_motion(replace(track, visibility=np.zeros_like(track.visibility)), load_body())
