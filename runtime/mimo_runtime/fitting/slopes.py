"""How points of the body move, in the world and across their lines of sight, as joints turn."""

import numpy as np

from mimo_runtime.body.pose import Placement
from mimo_runtime.body.skeleton import Array
from mimo_runtime.fitting.freedoms import Freedoms
from mimo_runtime.fitting.landmark_points import LandmarkPoints


def slopes_of(
    places: Array, placement: Placement, freedoms: Freedoms, points: LandmarkPoints
) -> Array:
    """How `points` at `places` [N, P, 3] move, float64 [N, P, 3, 3 + D].

    The last axis is the three moves of the root, then each freedom.
    """
    count, freedom_count = len(places), len(freedoms.joints)
    slopes = np.zeros((count, places.shape[1], 3, 3 + freedom_count))
    slopes[..., range(3), range(3)] = 1
    for slot in range(freedoms.joints.shape[1]):
        joints, shares = freedoms.joints[:, slot], freedoms.shares[:, slot]
        used = np.flatnonzero(shares)
        joints = joints[used]
        axes = np.einsum("ndab,db->nda", placement.turns[:, joints], freedoms.axes[used])
        arms = places[:, None] - placement.joints_m[:, joints, None]
        carried = freedoms.below[used, slot][:, points.joints] * shares[used, None]
        moves = _crosses(axes[:, :, None], arms) * carried[..., None]
        slopes[..., 3 + used] += moves.transpose(0, 2, 3, 1)
    return slopes


def _crosses(a: Array, b: Array) -> Array:
    ax, ay, az = np.moveaxis(a, -1, 0)
    bx, by, bz = np.moveaxis(b, -1, 0)
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def off_sight(places: Array, rays: Array) -> Array:
    """How far points [N, P, 3] are right and below of their rays [N, P, 2], in metres."""
    x, y, z = np.moveaxis(places, -1, 0)
    return np.stack([x + rays[..., 0] * z, -y + rays[..., 1] * z], axis=-1)


def across_sight(slopes: Array, rays: Array) -> Array:
    """How `off_sight` changes [N, P, 2, 3 + D]."""
    right = slopes[:, :, 0] + rays[..., :1] * slopes[:, :, 2]
    down = -slopes[:, :, 1] + rays[..., 1:] * slopes[:, :, 2]
    return np.stack([right, down], axis=2)
