"""The geometric Jacobian: how points of the body move, and their lines of sight, as joints turn.

Of a revolute joint it is axis x (point - joint) (Siciliano et al., Robotics, 2009, section 3.1).
The residual of a point beside the ray (r_x, r_y) is x + r_x z and -y + r_y z, in metres.
"""

import numpy as np

from mimo_runtime.body.pose import JointTransforms
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.degrees_of_freedom import DegreesOfFreedom
from mimo_runtime.fitting.landmark_points import LandmarkPoints


def point_jacobian(
    positions: Array, placement: JointTransforms, dofs: DegreesOfFreedom, points: LandmarkPoints
) -> Array:
    """How `points` at `positions` [N, P, 3] move, float64 [N, P, 3, 3 + D].

    The last axis is the three moves of the root, then each dof.
    """
    count, dof_count = len(positions), len(dofs.joints)
    jacobian = np.zeros((count, positions.shape[1], 3, 3 + dof_count))
    jacobian[..., range(3), range(3)] = 1
    for slot in range(dofs.joints.shape[1]):
        joints, shares = dofs.joints[:, slot], dofs.shares[:, slot]
        used = np.flatnonzero(shares)
        joints = joints[used]
        axes = np.einsum("ndab,db->nda", placement.turns[:, joints], dofs.axes[used])
        arms = positions[:, None] - placement.joints_m[:, joints, None]
        carried = dofs.below[used, slot][:, points.joints] * shares[used, None]
        moves = _crosses(axes[:, :, None], arms) * carried[..., None]
        jacobian[..., 3 + used] += moves.transpose(0, 2, 3, 1)
    return jacobian


def _crosses(a: Array, b: Array) -> Array:
    ax, ay, az = np.moveaxis(a, -1, 0)
    bx, by, bz = np.moveaxis(b, -1, 0)
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def ray_residual(positions: Array, rays: Array) -> Array:
    """How far points [N, P, 3] are right and below of their rays [N, P, 2], in metres."""
    x, y, z = np.moveaxis(positions, -1, 0)
    return np.stack([x + rays[..., 0] * z, -y + rays[..., 1] * z], axis=-1)


def ray_jacobian(jacobian: Array, rays: Array) -> Array:
    """How `ray_residual` changes [N, P, 2, 3 + D]."""
    right = jacobian[:, :, 0] + rays[..., :1] * jacobian[:, :, 2]
    down = -jacobian[:, :, 1] + rays[..., 1:] * jacobian[:, :, 2]
    return np.stack([right, down], axis=2)
