"""Rotations by the hundred: rotation vectors, smallest turns, frames out of two directions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimo_runtime.body.rotations import from_quaternion, to_quaternion
from mimo_runtime.body.skeleton import Array

_TINY = 1e-9
_NEARLY_OPPOSITE = 1e-6


def to_vector(matrices: Array) -> Array:
    """Rotation vectors [..., 3] of matrices [..., 3, 3]: the axis times the angle, 0 to pi."""
    quaternion = to_quaternion(matrices)
    sine = np.linalg.norm(quaternion[..., 1:], axis=-1, keepdims=True)
    angle = 2 * np.arctan2(sine, quaternion[..., :1])
    scale = np.where(sine > _TINY, angle / np.maximum(sine, _TINY), 2.0)
    return np.asarray(quaternion[..., 1:] * scale, np.float64)


def turned(matrices: Array, vectors: NDArray[Any]) -> Array:
    """Vectors [N, ..., 3], those of each row turned by its own of `matrices` [N, 3, 3]."""
    return np.asarray(np.einsum("nab,n...b->n...a", matrices, vectors), np.float64)


def unit(vectors: NDArray[Any]) -> Array:
    """`vectors` [..., 3] of length 1; what is all but 0 stays."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > _TINY, length, 1), np.float64)


def shortest_arcs(start: Array, end: Array) -> Array:
    """The smallest turns [..., 3, 3] that bring directions `start` [..., 3] onto `end` [..., 3].

    Both have length 1. Opposite ones, which leave the axis open, are turned nearly all the way.
    """
    a, b = np.broadcast_arrays(start, end)
    real = np.maximum(1 + (a * b).sum(axis=-1, keepdims=True), _NEARLY_OPPOSITE)
    return from_quaternion(np.concatenate([real, np.cross(a, b)], axis=-1))


def orthonormal_bases(main: NDArray[Any], side: NDArray[Any]) -> Array:
    """Matrices [..., 3, 3] whose columns are `main`, `side` made square to it, and their cross.

    Both [..., 3], of any length, not parallel.
    """
    first = unit(main)
    second = unit(side - (side * first).sum(axis=-1, keepdims=True) * first)
    return np.stack([first, second, np.cross(first, second)], axis=-1)


def continuous(quaternions: NDArray[Any]) -> Array:
    """Quaternions [N, ..., 4] with signs chosen so that neighbours in time are near each other."""
    series = np.asarray(quaternions, np.float64)
    dots = (series[1:] * series[:-1]).sum(axis=-1)
    signs = np.cumprod(np.where(dots < 0, -1.0, 1.0), axis=0)
    return np.concatenate([series[:1], series[1:] * signs[..., None]])
