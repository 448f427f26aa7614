"""Smoothing, rotations, proportions, contacts, legs: each for itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimo_runtime.analysis.joints import LANDMARK, LANDMARKS
from mimo_runtime.body.pose import Pose, forward_kinematics, transforms_of
from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.body.shipped import load_body
from mimo_runtime.fitting.contacts import find_contacts, stretches
from mimo_runtime.fitting.degrees_of_freedom import degrees_of_freedom, hinge
from mimo_runtime.fitting.foot_locking import lock_feet, sole_positions
from mimo_runtime.fitting.ground_alignment import soles_of
from mimo_runtime.fitting.landmark_points import landmark_points
from mimo_runtime.fitting.landmark_track import gather_landmarks
from mimo_runtime.fitting.legs import move_ankle
from mimo_runtime.fitting.proportions import Proportions, measure, proportioned
from mimo_runtime.fitting.rotation_math import (
    continuous,
    orthonormal_bases,
    shortest_arcs,
    to_vector,
    unit,
)
from mimo_runtime.fitting.solve import Poses
from mimo_runtime.fitting.whittaker import filled, smoothed, smoothed_slow, stiffness_of
from tests.runtime.fitting.synthetic import RATE

few = settings(max_examples=20)
VECTORS = st.lists(st.floats(-2, 2), min_size=3, max_size=3).map(np.array)


def test_the_solution_is_that_of_the_dense_system():
    draw = np.random.default_rng(0)
    data, weights = draw.normal(size=(12, 2)), draw.uniform(0.1, 1, (12, 2))
    differences = np.diff(np.eye(12), 2, axis=0)
    for column in range(2):
        matrix = np.diag(weights[:, column]) + 3.0 * differences.T @ differences
        wanted = np.linalg.solve(matrix, weights[:, column] * data[:, column])
        assert smoothed(data, weights, 3.0)[:, column] == pytest.approx(wanted)


def test_a_sine_of_the_cutoff_keeps_half_of_its_height_and_its_phase():
    wave = np.sin(2 * np.pi * 5 * np.arange(240) / 30)[:, None]
    found = smoothed(wave, np.ones((240, 1)), stiffness_of(5, 30))[60:180]
    assert found == pytest.approx(wave[60:180] / 2, abs=0.01)


def test_short_series_stay_as_they_are():
    data = np.array([[1.0], [5.0]])
    assert (smoothed(data, np.ones((2, 1)), 10.0) == data).all()


def test_unknown_values_are_filled_in_straight_lines_and_ends_are_held():
    data = np.array([[9.0], [1.0], [9.0], [3.0], [9.0]])
    found = filled(data, np.array([[0.0], [1], [0], [1], [0]]))
    assert found[:, 0].tolist() == [1, 1, 2, 3, 3]


@few
@given(VECTORS)
def test_vectors_and_matrices_are_inverses(vector):
    assert to_vector(from_axis_angle(vector)) == pytest.approx(vector, abs=1e-6) or (
        np.linalg.norm(vector) > np.pi
    )


@few
@given(VECTORS, VECTORS)
def test_swings_bring_directions_onto_each_other(one, other):
    a, b = unit(np.add(one, [0, 0, 3])), unit(np.add(other, [0, 0, 3]))
    turn = shortest_arcs(a, b)
    assert turn @ a == pytest.approx(b, abs=1e-9)
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-9)


def test_opposite_directions_still_give_a_rotation():
    turn = shortest_arcs(np.array([[0.0, 1, 0]]), np.array([[0.0, -1, 0]]))[0]
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-9)


def test_frames_are_rotations():
    found = orthonormal_bases(np.array([0.0, 2, 0]), np.array([3.0, 1, 0]))
    assert np.linalg.det(found) == pytest.approx(1)
    assert found[:, 0] == pytest.approx([0, 1, 0])


def test_signs_of_quaternions_follow_their_neighbours():
    series = np.array([[1.0, 0, 0, 0], [-0.9, -0.1, 0, 0], [0.9, 0.1, 0, 0]])
    found = continuous(series)
    assert ((found[1:] * found[:-1]).sum(axis=-1) > 0).all()


def test_landmarks_of_the_body_at_rest_are_where_a_person_has_them():
    body = load_body({"male": 1.0, "tall": 0.5})
    places = landmark_points(body).placed(transforms_of(body.skeleton, Pose.rest(body.skeleton)))
    at = dict(zip(LANDMARKS, places, strict=True))
    for name, position_m in at.items():
        if "left" in name:
            mirrored = at[name.replace("left", "right")] * (-1, 1, 1)
            assert position_m == pytest.approx(mirrored, abs=1e-3)
            assert position_m[0] > 0
    assert at["nose"][1] > at["mouth_left"][1] > at["left_shoulder"][1] > at["left_hip"][1]
    assert at["left_foot_index"][2] > at["left_ankle"][2] > at["left_heel"][2]
    assert np.linalg.norm(at["left_index"] - at["left_pinky"]) > 0.04


def test_measured_proportions_are_half_way_to_those_of_the_body():
    truth = Proportions(1.1, 1.05, 0.95, 1.1, 0.9, 1.1, 1.08, 0.92)
    body = proportioned(load_body(), truth)
    places = landmark_points(body).placed(transforms_of(body.skeleton, Pose.rest(body.skeleton)))
    found, unseen = measure(places[None], np.ones((1, 33)), load_body())
    assert found.size == pytest.approx(truth.size, rel=0.08)
    for part in ("trunk", "shoulders", "hips", "upper_arm", "forearm", "thigh", "shin"):
        real = getattr(truth, part) * truth.size / found.size
        assert getattr(found, part) == pytest.approx(real**0.5, abs=0.025)
    assert unseen == ()


def test_parts_that_are_not_seen_keep_their_length():
    places = landmark_points(load_body()).placed(
        transforms_of(load_body().skeleton, Pose.rest(load_body().skeleton))
    )
    seen = np.ones((1, 33))
    seen[:, [LANDMARK["left_ankle"], LANDMARK["right_ankle"]]] = 0
    found, unseen = measure(places[None] * 1.2, seen, load_body())
    assert unseen == ("shin",)
    assert found.shin == 1
    assert found.size == pytest.approx(1.2)


def test_shipped_proportions_change_nothing_and_longer_thighs_lift_the_head():
    body = load_body()
    assert proportioned(body, Proportions()).vertices_m == pytest.approx(body.vertices_m, abs=1e-9)
    longer = proportioned(body, Proportions(thigh=1.1))
    assert np.ptp(longer.vertices_m[:, 1]) - np.ptp(body.vertices_m[:, 1]) > 0.03
    assert longer.vertices_m[:, 1].min() == pytest.approx(0)


def test_knees_and_elbows_bend_one_way_only():
    skeleton = load_body().skeleton
    dofs = degrees_of_freedom(skeleton)
    for upper, lower in (("LeftUpLeg", "LeftLeg"), ("RightArm", "RightForeArm")):
        axis, bent = hinge(skeleton, upper, lower)
        row = int(np.flatnonzero(dofs.joints[:, 0] == skeleton.index(lower))[0])
        assert dofs.axes[row] == pytest.approx(axis)
        assert -bent - 0.1 < dofs.low_rad[row] < -bent < 1.5 < dofs.high_rad[row]


def test_contacts_begin_slow_and_end_fast():
    frame = np.arange(60)
    x = np.where(frame < 20, 0, np.where(frame < 40, (frame - 20) * 0.06, 1.2))
    y = np.where((frame >= 20) & (frame < 40), 0.2, 0.0)
    points = np.column_stack([x, y, np.zeros(60)])[:, None]
    found = list(stretches(find_contacts(points, 30)[:, 0]))
    assert len(found) == 2
    assert found[0][0] == 0
    assert 17 <= found[0][1] <= 20
    assert 40 <= found[1][0] <= 43
    assert found[1][1] == 60


def test_a_foot_that_creeps_far_does_not_stand():
    points = np.column_stack([np.arange(60) * 0.01, np.zeros(60), np.zeros(60)])[:, None]
    assert not find_contacts(points, 30).any()


def test_a_foot_that_a_moving_camera_carries_along_does_not_stand():
    along = np.column_stack([np.zeros(30), np.zeros(30), np.linspace(0, 0.08, 30)])[:, None]
    assert find_contacts(along, 30).all()
    assert not find_contacts(along[..., ::-1], 30).any()


def test_an_ankle_goes_where_it_is_sent_and_the_foot_keeps_its_turn():
    skeleton = load_body().skeleton
    rotations = np.tile(np.eye(3), (4, skeleton.joint_count, 1, 1))
    axis, _ = hinge(skeleton, "LeftUpLeg", "LeftLeg")
    rotations[:, skeleton.index("LeftLeg")] = from_axis_angle(0.7 * axis)
    placement = forward_kinematics(skeleton, np.zeros((4, 3)), rotations)
    foot, knee, hip = (skeleton.index(f"Left{part}") for part in ("Foot", "Leg", "UpLeg"))
    wanted = placement.joints_m[:, foot] + [[0, 0, 0], [0.03, 0, 0], [0, 0.05, 0], [0, 0, -0.04]]
    before = placement.turns[:, foot].copy()
    move_ankle(skeleton, placement, "Left", wanted - placement.joints_m[:, foot])
    offsets = skeleton.offsets_m
    at_knee = placement.joints_m[:, hip] + placement.turns[:, hip] @ offsets[knee]
    assert at_knee + placement.turns[:, knee] @ offsets[foot] == pytest.approx(wanted, abs=1e-9)
    assert (placement.turns[:, foot] == before).all()


def test_an_ankle_out_of_reach_stretches_the_leg_and_no_more():
    skeleton = load_body().skeleton
    placement = forward_kinematics(
        skeleton, np.zeros((1, 3)), np.tile(np.eye(3), (1, skeleton.joint_count, 1, 1))
    )
    move_ankle(skeleton, placement, "Right", np.array([[0, -0.5, 0]]))
    assert np.isfinite(placement.turns).all()


def test_nobody_at_all_is_a_track_of_frames_in_which_nobody_is_known():
    track = gather_landmarks([None, None], RATE, (64, 48))
    assert track.frame_count == 2
    assert not track.known.any()
    assert gather_landmarks([], RATE, (64, 48)).world_m.shape == (0, 33, 3)


def test_what_is_fast_is_smoothed_less_than_what_trembles():
    time_s = np.arange(90) / 30
    jump = np.clip((time_s - 1.5) * 6, -0.5, 0.5)
    tremble = 0.02 * (-1.0) ** np.arange(90)
    series = np.stack([jump, tremble], axis=1)[..., None]
    stiffness = stiffness_of(2, 30)
    plain = smoothed(series[..., 0], np.ones((90, 2)), stiffness)
    found = smoothed_slow(series, np.ones((90, 2)), stiffness, 0.03)[..., 0]
    lost, kept = (np.abs(each[:, 0] - jump).max() for each in (plain, found))
    assert kept < 0.7 * lost
    assert np.abs(found[5:-5, 1]).max() < 0.2 * 0.02


def test_a_foot_is_put_on_the_ground_and_the_root_stays_long_before_it_stands():
    body, count = load_body(), 60
    skeleton, soles = body.skeleton, soles_of(body)
    root = np.tile(skeleton.rest_m[0] + (0, 0.03, 0), (count, 1))
    rotations = np.tile(np.eye(3), (count, skeleton.joint_count, 1, 1))
    contacts = np.zeros((count, 4), bool)
    contacts[40:, :2] = True
    planted = lock_feet(skeleton, Poses(root, rotations), soles, contacts, 30.0)
    places = sole_positions(soles, forward_kinematics(skeleton, planted.root_m, planted.rotations))
    assert places[40:, :2, 1] == pytest.approx(0, abs=0.005)
    assert planted.root_m[45:, 1] == pytest.approx(root[45:, 1] - 0.03, abs=0.005)
    assert planted.root_m[:25] == pytest.approx(root[:25], abs=0.003)
