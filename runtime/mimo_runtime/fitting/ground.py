"""The ground under a clip: a plane through the feet that stand on it."""

from dataclasses import dataclass

import numpy as np

from mimo_runtime.body.body import Body
from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.landmark_points import LandmarkPoints
from mimo_runtime.fitting.rotation_math import shortest_arcs, unit
from mimo_runtime.fitting.tuning import TUNING

# Feet spread over less, across and along the view, say little of how the ground is inclined.
_TRUSTED_SPREAD_M = np.array([1.0, 0.25])


@dataclass(frozen=True, slots=True, eq=False)
class GroundPlane:
    """`turn` float64 [3, 3] and `shift_m` [3] bring points to axes with the ground at y = 0."""

    turn: Array
    shift_m: Array
    tilt_deg: float


def sole_points(body: Body, points: LandmarkPoints, heel: int, toe: int) -> LandmarkPoints:
    """The points of `points` numbered `heel` and `toe`, lowered onto the sole."""
    chosen = [heel, toe]
    offsets = points.offsets_m[chosen].copy()
    offsets[:, 1] = -body.skeleton.rest_m[points.joints[chosen], 1]
    return LandmarkPoints(points.joints[chosen], offsets)


def speeds(points_m: Array, rate_fps: float) -> Array:
    """Speeds [N, ...] in m/s of points [N, ..., 3], over `TUNING.ground_side_s` to each side."""
    count, side = len(points_m), max(1, round(TUNING.ground_side_s * rate_fps))
    frames = np.arange(count)
    before, after = np.maximum(frames - side, 0), np.minimum(frames + side, count - 1)
    time_s = np.maximum(after - before, 1) / rate_fps
    lengths = np.linalg.norm(points_m[after] - points_m[before], axis=-1)
    return np.asarray(lengths / time_s.reshape(-1, *[1] * (lengths.ndim - 1)), np.float64)


def find_ground(
    soles_m: Array, placement: JointTransforms, rate_fps: float, confidence: Array
) -> GroundPlane:
    """The ground that soles [N, S, 3] stand on, in axes in which y is about up.

    Where the feet stay near one place the ground is level for a camera that is not rolled to a
    side and, along the view, for a body that stands upright on average, half of the way.

    confidence: [N], how far the frames are to be believed.
    """
    up = _body_axis(placement)
    lowest = (soles_m @ up).argmin(axis=1)
    frames = np.arange(len(soles_m))
    points, slow = soles_m[frames, lowest], speeds(soles_m, rate_fps)[frames, lowest]
    weights = (
        confidence
        * (TUNING.ground_slow_m_per_s / np.maximum(slow, TUNING.ground_slow_m_per_s)) ** 2
        + 1e-6
    )
    leaning = np.array([0.0, -up[2] / up[1]])
    height, gradient = _plane(points, weights, leaning)
    normal = unit(np.array([-gradient[0], 1.0, -gradient[1]]))
    turn = shortest_arcs(normal, np.array([0.0, 1, 0]))
    base = placement.joints_m[0, 0] @ turn.T
    on_ground = turn @ np.array([0, height, 0])
    shift = -np.array([base[0], on_ground[1], base[2]])
    return GroundPlane(turn, shift, float(np.rad2deg(np.arccos(np.clip(normal[1], -1, 1)))))


def _body_axis(placement: JointTransforms) -> Array:
    """Half-way between straight up and where the hips and the trunk usually point up, [3]."""
    axis = unit(np.median(placement.turns[:, 0, :, 1], axis=0) + np.array([0.0, 1e-6, 0]))
    level = np.array([0.0, 1, 0])
    return level if axis[1] < 1 - TUNING.steepest else unit(axis + level)


def _plane(points: Array, weights: Array, leaning: Array) -> tuple[float, Array]:
    """Height at the origin and the gradient along x and z, outliers counting less."""
    gradient, height = leaning.copy(), 0.0
    factors, prior = weights, _TRUSTED_SPREAD_M**2
    for _ in range(TUNING.ground_rounds):
        share = factors / factors.sum()
        middle = share @ points
        flat, level = points[:, [0, 2]] - middle[[0, 2]], points[:, 1] - middle[1]
        spread = (share[:, None] * flat).T @ flat + np.diag(prior)
        pull = (share[:, None] * flat).T @ level + prior * leaning
        gradient = np.linalg.solve(spread, pull)
        gradient *= min(1, TUNING.steepest / max(float(np.linalg.norm(gradient)), TUNING.steepest))
        height = float(middle[1] - gradient @ middle[[0, 2]])
        off = np.abs(points[:, 1] - height - points[:, [0, 2]] @ gradient)
        factors = weights * TUNING.ground_outlier_m / np.maximum(off, TUNING.ground_outlier_m)
    return height, gradient
