"""Inverse kinematics: damped Gauss-Newton over all freedoms of many frames at once.

What is minimised, in metres: the distance of each landmark of the body from its line of sight, the
distance from its place relative to the hips, and soft costs of unusual or impossible postures.
"""

from dataclasses import dataclass

import numpy as np

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.body.body import Body
from mimo_runtime.body.pose import Placement, place_all
from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.freedoms import Freedoms, freedoms_of
from mimo_runtime.fitting.landmark_points import LandmarkPoints, landmark_points
from mimo_runtime.fitting.slopes import across_sight, off_sight, slopes_of
from mimo_runtime.fitting.turns import to_vector

_HIPS = [LANDMARK["left_hip"], LANDMARK["right_hip"]]
_PLACE_SHARE = 0.4  # beside the line of sight, which says all but the depth, and says it better
_LIMIT_M_PER_RAD = 0.3
_OUTLIER_M = 0.08
_DAMPING = 1e-4
_LONGEST_STEP_RAD = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What the body shall look like in N frames.

    Attributes:
        places_m: float64 [N, 33, 3], from the middle of the hips, in world axes, z to the camera.
        rays: float64 [N, 33, 2], right and down per metre of depth, from a camera at the origin.
        weights: float64 [N, 33], 0 where nothing is known.
    """

    places_m: Array
    rays: Array
    weights: Array


@dataclass(frozen=True, slots=True, eq=False)
class Postures:
    """`root_m` float64 [N, 3] and `rotations` float64 [N, J, 3, 3], as in `Pose`."""

    root_m: Array
    rotations: Array


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Points of the skin that shall lie on edges in the picture, the same for all frames.

    Attributes:
        points: C points.
        rays: float64 [C, 2], the place on the edge for each, as in `Targets`.
        normals: float64 [C, 2], across the edge there, to the right and down, of length 1.
        weights: float64 [C].
    """

    points: LandmarkPoints
    rays: Array
    normals: Array
    weights: Array


def solve(
    body: Body, targets: Targets, start: Postures, steps: int, outline: Outline | None = None
) -> Postures:
    """`start` brought to `targets` in a number of steps, every frame for itself."""
    freedoms, points = freedoms_of(body.skeleton), landmark_points(body)
    root, rotations = start.root_m.copy(), start.rotations.copy()
    for _ in range(steps):
        placement = place_all(body.skeleton, root, rotations)
        matrix, right = _landmark_part(placement, freedoms, points, targets)
        if outline is not None:
            _add_outline(matrix, right, placement, freedoms, outline)
        _add_costs(matrix[:, 3:, 3:], right[:, 3:], rotations, freedoms)
        step = _step(matrix, right)
        root += step[:, :3]
        _turn(rotations, freedoms, step[:, 3:])
    return Postures(root, rotations)


def _step(matrix: Array, right: Array) -> Array:
    """The damped solution [N, 3 + D], no turn of it too long."""
    count = matrix.shape[1]
    matrix[:, range(count), range(count)] += _DAMPING
    step = np.linalg.solve(matrix, right[..., None])[..., 0]
    longest = np.abs(step[:, 3:]).max(axis=1, keepdims=True)
    step[:, 3:] *= np.minimum(1, _LONGEST_STEP_RAD / np.maximum(longest, _LONGEST_STEP_RAD))
    return np.asarray(step, np.float64)


def _landmark_part(
    placement: Placement, freedoms: Freedoms, points: LandmarkPoints, targets: Targets
) -> tuple[Array, Array]:
    """The normal equations of the landmarks: [N, 3 + D, 3 + D] and [N, 3 + D]."""
    places = points.placed(placement)
    slopes = slopes_of(places, placement, freedoms, points)
    middle = places[:, _HIPS].mean(axis=1, keepdims=True)
    apart = places - middle - targets.places_m
    sight = off_sight(places, targets.rays)
    far = np.maximum(np.linalg.norm(sight, axis=-1), 0.5 * np.linalg.norm(apart, axis=-1))
    weights = targets.weights * _OUTLIER_M / np.maximum(far, _OUTLIER_M)
    root = np.sqrt(weights)[..., None]
    inner = slopes - slopes[:, _HIPS].mean(axis=1, keepdims=True)
    across = across_sight(slopes, targets.rays)
    count, columns = len(places), slopes.shape[-1]
    rows = np.concatenate(
        [
            (across * root[..., None]).reshape(count, -1, columns),
            (inner * (root * _PLACE_SHARE)[..., None]).reshape(count, -1, columns),
        ],
        axis=1,
    )
    off = np.concatenate(
        [(sight * root).reshape(count, -1), (apart * root * _PLACE_SHARE).reshape(count, -1)],
        axis=1,
    )
    turned = np.swapaxes(rows, 1, 2)
    return turned @ rows, -(turned @ off[..., None])[..., 0]


def _add_outline(
    matrix: Array, right: Array, placement: Placement, freedoms: Freedoms, outline: Outline
) -> None:
    """Add the distances of the outline's points from their edges."""
    places = outline.points.placed(placement)
    slopes = slopes_of(places, placement, freedoms, outline.points)
    across = across_sight(slopes, outline.rays)
    rows = np.einsum("npac,pa->npc", across, outline.normals)
    off = (off_sight(places, outline.rays) * outline.normals).sum(axis=-1)
    weighted = np.swapaxes(rows, 1, 2) * outline.weights
    matrix += weighted @ rows
    right -= (weighted @ off[..., None])[..., 0]


def _add_costs(matrix: Array, right: Array, rotations: Array, freedoms: Freedoms) -> None:
    """Add what turning away from rest, and beyond the limits, costs."""
    first = freedoms.joints[:, 0]
    vectors = to_vector(rotations[:, first])
    angles = (vectors * freedoms.axes).sum(axis=-1) / freedoms.shares[:, 0]
    beyond = angles - np.clip(angles, freedoms.low_rad, freedoms.high_rad)
    costs = np.broadcast_to(freedoms.stiffness**2, angles.shape)
    limits = np.where(beyond != 0, _LIMIT_M_PER_RAD**2, 0)
    diagonal = np.arange(len(first))
    matrix[:, diagonal, diagonal] += costs + limits
    right -= costs * angles + limits * beyond


def _turn(rotations: Array, freedoms: Freedoms, angles: Array) -> None:
    """Turn the joints by `angles` [N, D]; freedoms of one joint turn it together."""
    vectors = np.zeros((*rotations.shape[:2], 3))
    for slot in range(freedoms.joints.shape[1]):
        moves = angles[..., None] * (freedoms.shares[:, slot, None] * freedoms.axes)
        for freedom in np.flatnonzero(freedoms.shares[:, slot]):
            vectors[:, freedoms.joints[freedom, slot]] += moves[:, freedom]
    rotations[:] = rotations @ from_axis_angle(vectors)
