"""Rotations as matrices [..., 3, 3] and as unit quaternions [..., 4] in the order w, x, y, z."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mimo_runtime.body.skeleton import Array

_TINY = 1e-12


def from_quaternion(quaternions: NDArray[Any]) -> Array:
    """float64 matrices [..., 3, 3] of quaternions [..., 4]; their length does not matter."""
    unit = quaternions / np.linalg.norm(quaternions, axis=-1, keepdims=True).astype(np.float64)
    w, x, y, z = np.moveaxis(unit, -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def to_quaternion(matrices: Array) -> Array:
    """float64 quaternions [..., 4] of matrices [..., 3, 3], w not negative.

    Of the four ways to solve for it each matrix takes the one that divides by the largest number
    (Shepperd, 1978).
    """
    m = np.moveaxis(matrices, (-2, -1), (0, 1))
    four = np.stack(
        [
            1 + m[0, 0] + m[1, 1] + m[2, 2],
            1 + m[0, 0] - m[1, 1] - m[2, 2],
            1 - m[0, 0] + m[1, 1] - m[2, 2],
            1 - m[0, 0] - m[1, 1] + m[2, 2],
        ]
    )
    skew = (m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1])
    sums = (m[1, 0] + m[0, 1], m[2, 0] + m[0, 2], m[2, 1] + m[1, 2])
    products = np.stack(
        [
            np.stack([four[0], *skew]),
            np.stack([skew[0], four[1], sums[0], sums[1]]),
            np.stack([skew[1], sums[0], four[2], sums[2]]),
            np.stack([skew[2], sums[1], sums[2], four[3]]),
        ]
    )
    best = np.argmax(four, axis=0)[None, None]
    chosen = np.moveaxis(np.take_along_axis(products, best, axis=0)[0], 0, -1)
    chosen = np.where(chosen[..., :1] < 0, -chosen, chosen)
    return np.asarray(chosen / np.linalg.norm(chosen, axis=-1, keepdims=True), np.float64)


def from_axis_angle(vectors: NDArray[Any]) -> Array:
    """Matrices of rotation vectors [..., 3]: the axis times the angle in radians."""
    angle = np.linalg.norm(vectors, axis=-1, keepdims=True).astype(np.float64)
    half = angle / 2
    scale = np.where(angle > _TINY, np.sin(half) / np.maximum(angle, _TINY), 0.5)
    return from_quaternion(np.concatenate([np.cos(half), vectors * scale], axis=-1))


def about_axis(axis: int, angles_deg: ArrayLike) -> Array:
    """Matrices [..., 3, 3] that turn by angles [...] in degrees about axis 0 x, 1 y or 2 z."""
    angles = np.asarray(angles_deg, np.float64)
    vectors = np.zeros((*angles.shape, 3))
    vectors[..., axis] = np.deg2rad(angles)
    return from_axis_angle(vectors)


def shortest_turn(start: ArrayLike, end: ArrayLike) -> Array:
    """Matrices [..., 3, 3] of the smallest rotations that bring directions `start` onto `end`.

    Both are [..., 3] and are broadcast. Opposite directions turn about an axis across `start`,
    always the same one.
    """
    a, b = np.broadcast_arrays(unit(start), unit(end))
    cosine = (a * b).sum(axis=-1)
    opposite = cosine < -1 + _TINY
    x, y, z = np.moveaxis(np.cross(a, b), -1, 0)
    zero = np.zeros_like(x)
    rows = [[zero, -z, y], [z, zero, -x], [-y, x, zero]]
    skew = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    scale = 1 / np.where(opposite, 1, 1 + cosine)[..., None, None]
    turns = np.asarray(np.eye(3) + skew + skew @ skew * scale, np.float64)
    if opposite.any():
        across = np.cross(a, np.eye(3)[np.argmin(np.abs(a), axis=-1)])
        turns = np.where(opposite[..., None, None], from_axis_angle(unit(across) * np.pi), turns)
    return turns


def unit(vectors: ArrayLike) -> Array:
    """`vectors` [..., 3] brought to length 1; one without length stays so."""
    array = np.asarray(vectors, np.float64)
    length = np.linalg.norm(array, axis=-1, keepdims=True)
    return np.asarray(array / np.where(length > 0, length, 1), np.float64)


def slerp(start: NDArray[Any], end: NDArray[Any], share: NDArray[Any]) -> Array:
    """Quaternions [..., 4] on the shorter way from `start` to `end`; `share` [...] is 0 to 1."""
    cosine = np.asarray(np.sum(start * end, axis=-1, dtype=np.float64))
    end = np.where(cosine[..., None] < 0, -end, end)
    angle = np.arccos(np.clip(np.abs(cosine), 0, 1))
    sine = np.sin(angle)
    near = sine < 1e-6
    safe = np.where(near, 1, sine)
    a = np.where(near, 1 - share, np.sin((1 - share) * angle) / safe)
    b = np.where(near, share, np.sin(share * angle) / safe)
    mixed = a[..., None] * start + b[..., None] * end
    return np.asarray(mixed / np.linalg.norm(mixed, axis=-1, keepdims=True), np.float64)
