"""Postures pulled to the edge of a matte."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from mimo_runtime.body.pose import Pose, transforms_of
from mimo_runtime.body.render import render_pose
from mimo_runtime.body.rotations import about_axis
from mimo_runtime.body.shipped import load_body
from mimo_runtime.characters.outline_fit import refine
from mimo_runtime.characters.picture_fit import fit_picture
from mimo_runtime.fitting.landmark_points import landmark_points
from mimo_runtime.fitting.landmark_track import gather_landmarks
from mimo_runtime.fitting.motion_fit import fit_motion
from mimo_runtime.fitting.observations import UPRIGHT
from mimo_runtime.fitting.solve import Targets
from tests.runtime.characters.painted import standing


def targets_at(painted, pose, weight):
    """Landmarks of `pose` as evidence."""
    camera = painted.camera
    points = landmark_points(painted.body).placed(transforms_of(painted.body.skeleton, pose))
    places = camera.to_camera(points) @ UPRIGHT
    rays = (camera.project(points)[0] - np.array(camera.centre_px)) / camera.focal_px
    middle = places[[23, 24]].mean(axis=0)
    return Targets((places - middle)[None], rays[None], np.full((1, 33), weight))


def shared(painted, pose):
    drawn = render_pose(painted.body, pose, painted.camera, samples=1).mask
    matte = painted.alpha > 127
    return (drawn & matte).sum() / (drawn | matte).sum()


def test_a_leg_and_a_root_that_are_off_are_brought_back():
    painted = standing(0)
    rotations = painted.pose.rotations.copy()
    leg = painted.body.skeleton.index("RightUpLeg")
    rotations[leg] = rotations[leg] @ about_axis(2, -8)
    off = Pose(painted.pose.root_m + np.array([0.03, 0.02, 0]), rotations)
    found = refine(painted.body, targets_at(painted, off, 0.2), off, painted.camera, painted.alpha)
    before, after = shared(painted, off), shared(painted, found)
    assert before < 0.85
    assert after > before + 0.08
    for ours, theirs in zip((off, found), (0.03, 0.02), strict=True):
        assert np.linalg.norm((ours.root_m - painted.pose.root_m)[:2]) < theirs + 0.01


def test_what_fits_already_stays():
    painted = standing(35)
    found = refine(
        painted.body,
        targets_at(painted, painted.pose, 0.5),
        painted.pose,
        painted.camera,
        painted.alpha,
    )
    assert shared(painted, found) > 0.96


def test_without_any_edge_nothing_changes():
    painted = standing(0)
    for alpha in (np.zeros_like(painted.alpha), np.full_like(painted.alpha, 255)):
        found = refine(
            painted.body,
            targets_at(painted, painted.pose, 1),
            painted.pose,
            painted.camera,
            alpha,
        )
        assert found is painted.pose


def test_wrong_landmarks_are_mended_by_the_matte():
    painted = standing(0)
    points, world = painted.seen.points.copy(), painted.seen.world.copy()
    points[26:33:2] += (12, 0, 0)
    world[26:33:2] += (0.12, 0, 0)
    wrong = replace(painted.seen, points=points, world=world)
    track = gather_landmarks([wrong], Fraction(1), painted.alpha.shape[::-1])
    alone = fit_motion(track, load_body())
    drawn = render_pose(alone.body, alone.motion.pose(0), alone.cameras.at(0)).mask
    matte = painted.alpha > 127
    before = (drawn & matte).sum() / (drawn | matte).sum()
    assert fit_picture(wrong, painted.alpha).overlap > before + 0.04
