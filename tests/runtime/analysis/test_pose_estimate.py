"""Bodies: decoding what was recorded, and the shipped network on pictures whose truth is known."""

import math

import cv2
import numpy as np
import pytest

from mimo_runtime.analysis.estimators import Estimators, open_estimators
from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.analysis.pose_estimate import PoseEstimate, PoseEstimator, decode_pose
from mimo_runtime.analysis.square_crop import SquareCrop
from tests.runtime.analysis.recorded import CROP, recorded
from tests.runtime.analysis.rendered import Picture, walking

SAME_JOINTS = {
    "left_shoulder": "LeftArm",
    "right_shoulder": "RightArm",
    "left_elbow": "LeftForeArm",
    "right_elbow": "RightForeArm",
    "left_wrist": "LeftHand",
    "right_wrist": "RightHand",
    "left_hip": "LeftUpLeg",
    "right_hip": "RightUpLeg",
    "left_knee": "LeftLeg",
    "right_knee": "RightLeg",
    "left_ankle": "LeftFoot",
    "right_ankle": "RightFoot",
}


@pytest.fixture(scope="module")
def estimators() -> Estimators:
    return open_estimators()


def body_of(estimators: Estimators, picture: Picture) -> PoseEstimate:
    (person,) = estimators.people.find(picture.pixels)
    return estimators.bodies.find(picture.pixels, person)


def decoded(turn_deg: float = 0.0) -> PoseEstimate:
    crop = SquareCrop(CROP.x_px, CROP.y_px, CROP.side_px, math.radians(turn_deg))
    return decode_pose(recorded(), crop, 256)


def test_recorded_outputs_are_the_character_in_frame_px_and_metres() -> None:
    body = decoded()
    assert body.presence > 0.9
    assert abs(body.points[LANDMARK["nose"], 0] - 172) < 5
    assert 60 < body.points[LANDMARK["nose"], 1] < 140
    assert body.points[LANDMARK["left_wrist"], 0] > 172 > body.points[LANDMARK["right_wrist"], 0]
    assert 1.2 < np.ptp(body.world[:, 1]) < 1.9
    hips = body.world[[LANDMARK["left_hip"], LANDMARK["right_hip"]]].mean(axis=0)
    assert np.abs(hips).max() < 0.02
    assert abs(body.roll_rad()) < 0.1
    assert body.visibility[LANDMARK["left_knee"]] > 0.9


def test_a_turned_crop_turns_points_and_metres_alike() -> None:
    upright, lying = decoded(), decoded(90)
    across, down = (upright.points - (CROP.x_px, CROP.y_px, 0))[:, :2].T
    np.testing.assert_allclose(lying.points[:, 0] - CROP.x_px, -down, atol=0.01)
    np.testing.assert_allclose(lying.points[:, 1] - CROP.y_px, across, atol=0.01)
    np.testing.assert_allclose(lying.world[:, 0], -upright.world[:, 1], atol=1e-5)
    np.testing.assert_allclose(lying.world[:, 1], upright.world[:, 0], atol=1e-5)
    np.testing.assert_array_equal(lying.world[:, 2], upright.world[:, 2])
    assert lying.roll_rad() == pytest.approx(math.pi / 2, abs=0.1)


def test_as_a_person_it_is_what_a_people_finder_gives() -> None:
    person = decoded().person()
    assert person.keypoints.shape == (17, 3)
    assert abs(person.keypoints[0, 0] - 172) < 5
    assert (person.box.left, person.box.right) == pytest.approx((76, 268), abs=12)
    assert (person.box.top, person.box.bottom) == pytest.approx((70, 370), abs=12)


def test_joints_of_rendered_bodies_are_where_they_are(estimators: Estimators) -> None:
    errors = []
    for index, azimuth_deg in ((0, 25), (6, 90), (12, 160), (18, -40)):
        picture = walking(index, azimuth_deg)
        body = body_of(estimators, picture)
        height = np.ptp(np.nonzero(picture.mask > 0.5)[0])
        errors += [
            np.linalg.norm(body.points[LANDMARK[ours], :2] - picture.joints[theirs]) / height
            for ours, theirs in SAME_JOINTS.items()
        ]
        assert body.presence > 0.9
    assert np.median(errors) < 0.035
    assert np.percentile(errors, 90) < 0.08


def test_somebody_on_the_head_is_seen_as_well_as_upright(estimators: Estimators) -> None:
    picture = walking(0, 25)
    upright = body_of(estimators, picture)
    (person,) = estimators.people.find(picture.pixels)
    size = picture.pixels.shape[0]
    pixels = cv2.rotate(picture.pixels, cv2.ROTATE_180)
    keypoints = np.stack(
        [size - person.keypoints[:, 0], size - person.keypoints[:, 1], person.keypoints[:, 2]], 1
    )
    box = person.box
    box = type(box)(size - box.right, size - box.bottom, size - box.left, size - box.top)
    headstand = estimators.bodies.find(pixels, type(person)(box, keypoints, person.score))
    assert abs(headstand.crop.turn_rad) > 3
    apart = np.linalg.norm(size - headstand.points[:, :2] - upright.points[:, :2], axis=1)
    assert np.median(apart) < 3
    np.testing.assert_allclose(headstand.world[:, :2], -upright.world[:, :2], atol=0.12)


def test_where_nobody_is_there_is_no_presence(estimators: Estimators) -> None:
    body = estimators.bodies.find_in(np.full((200, 200, 3), 120, np.uint8), CROP)
    assert body.presence < 0.5
    assert isinstance(estimators.bodies, PoseEstimator)
