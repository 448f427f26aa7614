"""The ground under feet."""

import numpy as np
import pytest

from mimo_runtime.body.pose import JointTransforms, forward_kinematics
from mimo_runtime.body.rotations import about_axis, from_quaternion
from mimo_runtime.body.shipped import load_body
from mimo_runtime.fitting.ground import find_ground

RATE = 25.0
COUNT = 60
SURE = np.ones(COUNT)


def placed(lean_deg: float) -> JointTransforms:
    """A body that leans to a side of the picture in all frames."""
    skeleton = load_body().skeleton
    still = from_quaternion(np.tile([1.0, 0, 0, 0], (COUNT, len(skeleton.names), 1)))
    still[:, 0] = about_axis(2, lean_deg) @ still[:, 0]
    return forward_kinematics(skeleton, np.zeros((COUNT, 3)), still)


def steps(reach_m: tuple[float, float], slope_x: float, slope_z: float) -> np.ndarray:
    """Soles [N, 2, 3] standing here and there on a plane within `reach_m` along x and z."""
    spots = np.random.default_rng(5).uniform(-1, 1, (6, 2, 2)) * reach_m
    flat = np.repeat(spots, COUNT // 6, axis=0)
    height = -1.5 + flat @ [slope_x, slope_z]
    return np.stack([flat[..., 0], height, flat[..., 1]], axis=-1)


def rolled_deg(soles_m: np.ndarray, lean_deg: float = 0.0) -> float:
    """How far the ground that is found is rolled about the view."""
    normal = find_ground(soles_m, placed(lean_deg), RATE, SURE).turn[1]
    return float(np.degrees(np.arctan2(normal[0], normal[1])))


@pytest.mark.parametrize("lean_deg", [-15, 15])
def test_one_who_leans_on_one_spot_does_not_roll_the_ground(lean_deg: float) -> None:
    assert abs(rolled_deg(steps((0.1, 0.1), 0, 0), lean_deg)) < 0.5


@pytest.mark.parametrize("slope", [-0.14, 0.14])
def test_a_short_walk_whose_distance_drifts_hardly_rolls_the_ground(slope: float) -> None:
    assert abs(rolled_deg(steps((0.8, 0.2), slope, 0))) < 2.5


def test_a_long_way_across_is_believed() -> None:
    assert -12 < rolled_deg(steps((8.0, 0.5), 0.2, 0)) < -9


def test_feet_on_level_ground_before_a_lowered_camera_are_believed_along_the_view() -> None:
    soles = steps((0.3, 2.0), 0, 0.2)
    found = find_ground(soles, placed(0), RATE, SURE)
    assert found.tilt_deg == pytest.approx(11.3, abs=1.0)
    heights = (soles @ found.turn.T + found.shift_m)[..., 1]
    assert np.abs(heights).max() < 0.05
