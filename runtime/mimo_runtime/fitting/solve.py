"""Inverse kinematics: damped Gauss-Newton over all degrees of freedom of many frames at once.

Each step solves (J'WJ + damping) step = -J'W r, with weights W of Huber's loss found anew from the
residuals r: iteratively reweighted least squares (Huber, Robust Statistics, 1981).

What is minimised, in metres: the distance of each landmark of the body from its line of sight, the
distance from its position relative to the hips, and soft costs of unusual or impossible postures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mimo_runtime.analysis.joints import LANDMARK
from mimo_runtime.body.body import Body
from mimo_runtime.body.pose import JointTransforms, forward_kinematics
from mimo_runtime.body.rotations import from_axis_angle
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.degrees_of_freedom import DegreesOfFreedom, degrees_of_freedom
from mimo_runtime.fitting.jacobian import point_jacobian, ray_jacobian, ray_residual
from mimo_runtime.fitting.landmark_points import LandmarkPoints, landmark_points
from mimo_runtime.fitting.rotation_math import to_vector
from mimo_runtime.fitting.tuning import TUNING

_HIPS = [LANDMARK["left_hip"], LANDMARK["right_hip"]]


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What the body shall look like in N frames.

    Attributes:
        positions_m: float64 [N, 33, 3], from the middle of the hips, world axes, z to the camera.
        rays: float64 [N, 33, 2], right and down per metre of depth, from a camera at the origin.
        weights: float64 [N, 33], 0 where nothing is known.
    """

    positions_m: Array
    rays: Array
    weights: Array


@dataclass(frozen=True, slots=True, eq=False)
class Poses:
    """`root_m` float64 [N, 3] and `rotations` float64 [N, J, 3, 3], as in `Pose`."""

    root_m: Array
    rotations: Array


def joined(parts: Sequence[Poses]) -> Poses:
    """The frames of all `parts`, one after the other."""
    return Poses(
        np.concatenate([part.root_m for part in parts]),
        np.concatenate([part.rotations for part in parts]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Points of the skin that shall lie on edges in the picture, the same for all frames.

    Attributes:
        points: C points.
        rays: float64 [C, 2], the point on the edge for each, as in `Targets`.
        normals: float64 [C, 2], across the edge there, to the right and down, of length 1.
        weights: float64 [C].
    """

    points: LandmarkPoints
    rays: Array
    normals: Array
    weights: Array


def solve(
    body: Body, targets: Targets, start: Poses, steps: int, outline: Outline | None = None
) -> Poses:
    """`start` brought to `targets` in a number of steps, every frame for itself."""
    dofs, points = degrees_of_freedom(body.skeleton), landmark_points(body)
    root, rotations = start.root_m.copy(), start.rotations.copy()
    for _ in range(steps):
        placement = forward_kinematics(body.skeleton, root, rotations)
        hessian, rhs = _landmark_part(placement, dofs, points, targets)
        if outline is not None:
            _add_outline(hessian, rhs, placement, dofs, outline)
        _add_costs(hessian[:, 3:, 3:], rhs[:, 3:], rotations, dofs)
        step = _step(hessian, rhs)
        root += step[:, :3]
        _turn(rotations, dofs, step[:, 3:])
    return Poses(root, rotations)


def _step(hessian: Array, rhs: Array) -> Array:
    """The damped solution [N, 3 + D], no turn of it too long."""
    count = hessian.shape[1]
    hessian[:, range(count), range(count)] += TUNING.damping
    step = np.linalg.solve(hessian, rhs[..., None])[..., 0]
    longest = np.abs(step[:, 3:]).max(axis=1, keepdims=True)
    step[:, 3:] *= np.minimum(
        1, TUNING.longest_step_rad / np.maximum(longest, TUNING.longest_step_rad)
    )
    return np.asarray(step, np.float64)


def _landmark_part(
    placement: JointTransforms, dofs: DegreesOfFreedom, points: LandmarkPoints, targets: Targets
) -> tuple[Array, Array]:
    """The normal equations of the landmarks: [N, 3 + D, 3 + D] and [N, 3 + D]."""
    positions = points.placed(placement)
    jacobian = point_jacobian(positions, placement, dofs, points)
    middle = positions[:, _HIPS].mean(axis=1, keepdims=True)
    apart = positions - middle - targets.positions_m
    sight = ray_residual(positions, targets.rays)
    far = np.maximum(np.linalg.norm(sight, axis=-1), 0.5 * np.linalg.norm(apart, axis=-1))
    weights = targets.weights * TUNING.outlier_m / np.maximum(far, TUNING.outlier_m)
    root = np.sqrt(weights)[..., None]
    inner = jacobian - jacobian[:, _HIPS].mean(axis=1, keepdims=True)
    across = ray_jacobian(jacobian, targets.rays)
    count, columns = len(positions), jacobian.shape[-1]
    rows = np.concatenate(
        [
            (across * root[..., None]).reshape(count, -1, columns),
            (inner * (root * TUNING.position_weight)[..., None]).reshape(count, -1, columns),
        ],
        axis=1,
    )
    off = np.concatenate(
        [
            (sight * root).reshape(count, -1),
            (apart * root * TUNING.position_weight).reshape(count, -1),
        ],
        axis=1,
    )
    turned = np.swapaxes(rows, 1, 2)
    return turned @ rows, -(turned @ off[..., None])[..., 0]


def _add_outline(
    hessian: Array, rhs: Array, placement: JointTransforms, dofs: DegreesOfFreedom, outline: Outline
) -> None:
    """Add the distances of the outline's points from their edges."""
    positions = outline.points.placed(placement)
    jacobian = point_jacobian(positions, placement, dofs, outline.points)
    across = ray_jacobian(jacobian, outline.rays)
    rows = np.einsum("npac,pa->npc", across, outline.normals)
    off = (ray_residual(positions, outline.rays) * outline.normals).sum(axis=-1)
    weighted = np.swapaxes(rows * outline.weights[:, None], 1, 2)
    hessian += weighted @ rows
    rhs -= (weighted @ off[..., None])[..., 0]


def _add_costs(hessian: Array, rhs: Array, rotations: Array, dofs: DegreesOfFreedom) -> None:
    """Add what turning away from rest, and beyond the limits, costs."""
    first = dofs.joints[:, 0]
    vectors = to_vector(rotations[:, first])
    angles = (vectors * dofs.axes).sum(axis=-1) / dofs.shares[:, 0]
    beyond = angles - np.clip(angles, dofs.low_rad, dofs.high_rad)
    costs = np.broadcast_to(dofs.stiffness**2, angles.shape)
    limits = np.where(beyond != 0, TUNING.limit_m_per_rad**2, 0)
    diagonal = np.arange(len(first))
    hessian[:, diagonal, diagonal] += costs + limits
    rhs -= costs * angles + limits * beyond


def _turn(rotations: Array, dofs: DegreesOfFreedom, angles: Array) -> None:
    """Turn the joints by `angles` [N, D]; dofs of one joint turn it together."""
    vectors = np.zeros((*rotations.shape[:2], 3))
    for slot in range(dofs.joints.shape[1]):
        moves = angles[..., None] * (dofs.shares[:, slot, None] * dofs.axes)
        for dof in np.flatnonzero(dofs.shares[:, slot]):
            vectors[:, dofs.joints[dof, slot]] += moves[:, dof]
    rotations[:] = rotations @ from_axis_angle(vectors)
