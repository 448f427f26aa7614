"""Angles between directions and between rotations, and the rotation nearest to a matrix."""

import numpy as np

from mimo_runtime.body.rotations import to_quaternion, unit
from mimo_runtime.body.skeleton import Array


def angle_deg(first: Array, second: Array) -> float:
    """The angle between two directions [3] of any length, 0 to 180."""
    cosine = float(unit(first) @ unit(second))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def turned_deg(first: Array, second: Array) -> float:
    """By how much one rotation [3, 3] differs from another, 0 to 180."""
    cosine = (float(np.trace(first.T @ second)) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def twists(rotations: Array, along: Array) -> Array:
    """By how much rotations [..., 3, 3] turn about the direction `along`, unit [3]: radians [...].

    The twist of the swing-twist decomposition, -pi to pi.
    """
    quaternions = to_quaternion(rotations)
    angles = 2 * np.arctan2(quaternions[..., 1:] @ along, quaternions[..., 0])
    return np.asarray((angles + np.pi) % (2 * np.pi) - np.pi, np.float64)


def twisted_deg(rotation: Array, along: Array) -> float:
    """The size of the twist of one rotation [3, 3] about `along`, unit [3], 0 to 180."""
    return abs(float(np.degrees(twists(rotation, along))))


def nearest_rotation(matrix: Array) -> Array:
    """The rotation nearest to a matrix [3, 3]: of a sum of rotations, their mean.

    Markley and others, Averaging Quaternions, 2007.
    """
    u, _, vt = np.linalg.svd(matrix)
    return np.asarray(u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt, np.float64)
