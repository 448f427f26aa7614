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


def twisted_deg(rotation: Array, along: Array) -> float:
    """By how much a rotation [3, 3] turns about the direction `along`, unit [3]."""
    quaternion = to_quaternion(rotation)
    twist = 2 * float(np.degrees(np.arctan2(quaternion[1:] @ along, quaternion[0])))
    return abs((twist + 180) % 360 - 180)


def nearest_rotation(matrix: Array) -> Array:
    """The rotation nearest to a matrix [3, 3]: of a sum of rotations, their mean.

    Markley and others, Averaging Quaternions, 2007.
    """
    u, _, vt = np.linalg.svd(matrix)
    return np.asarray(u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt, np.float64)
